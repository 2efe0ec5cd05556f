import type { CorruptDataError } from '../base/errors.ts'
import type { HeldRegion } from '../disk/file-region.ts'
import { shrunkenFile } from '../disk/shrunken-file.ts'

/** Its size was announced to the client: nothing but closing the connection tells that it ends at `position`. */
export function shrunkenRegion(region: HeldRegion, position: number): CorruptDataError {
  return shrunkenFile({
    file: region.path,
    position,
    size: region.file.size(),
    sizeBefore: region.position + region.size,
  })
}
