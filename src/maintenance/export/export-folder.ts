/**
 * Copies partitions into a folder that stands for itself. It gets its name once everything in it is durable: an export
 * that was interrupted leaves `NAME.partial`, which the next one clears away; one that fails clears it away itself.
 */
import { basename, dirname, join } from 'node:path'
import { DiskError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { PARTIAL_SUFFIX } from '../../disk/new-file.ts'
import { writeNewFile } from '../../disk/replace-file.ts'
import { parsePartitionFolder } from '../../log/file-names.ts'
import { copyFile } from '../copy-file.ts'
import type { ExportPlan } from './export-plan.ts'
import {
  CHECKSUMS,
  encodeChecksums,
  encodeManifest,
  MANIFEST,
  type ExportedPartition,
  type ExportManifest,
} from './manifest.ts'

export interface PartitionToExport {
  readonly partition: number
  readonly folder: string
  readonly plan: ExportPlan
}

export interface FolderExport {
  /** That is to be: nothing is there by that name. */
  readonly path: string
  readonly origin: Omit<ExportManifest, 'partitions'>
  readonly partitions: readonly PartitionToExport[]
  readonly onProgress?: (bytes: number) => void
}

/** @throws DiskError; CorruptDataError where a file shrinks meanwhile */
export function exportFolder(from: Disk, to: Disk, wanted: FolderExport): ExportManifest {
  const partial = wanted.path + PARTIAL_SUFFIX
  clearPartial(to, partial)
  to.makeDirectory(partial)
  try {
    return fillFolder(from, to, partial, wanted)
  } catch (error) {
    giveUp(to, partial)
    throw error
  }
}

function fillFolder(
  from: Disk,
  to: Disk,
  partial: string,
  { path, origin, partitions, onProgress }: FolderExport,
): ExportManifest {
  const exported = partitions.map(({ partition, folder, plan }): ExportedPartition => {
    const target = join(partial, folder)
    to.makeDirectory(target)
    const files = plan.files.map(({ name, path: source, size }) => {
      const copied = { disk: to, path: join(target, name) }
      const sha256 = copyFile({ disk: from, path: source, size }, copied, { onProgress })
      return { name, size, sha256 }
    })
    to.syncDirectory(target)
    const { logStartOffset, logEndOffset } = plan
    return { partition, folder, logStartOffset, logEndOffset, files }
  })
  const manifest = { ...origin, partitions: exported }
  const bytes = encodeManifest(manifest)
  writeNewFile(to, join(partial, MANIFEST), bytes)
  writeNewFile(to, join(partial, CHECKSUMS), encodeChecksums(manifest, bytes))
  to.syncDirectory(partial)
  to.rename(partial, path)
  to.syncDirectory(dirname(path))
  return manifest
}

/** A full disk is not left full; where the disk takes nothing any more, the failure before this one is told. */
function giveUp(disk: Disk, partial: string): void {
  try {
    clearPartial(disk, partial)
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
  }
}

/** Of what an export makes; anything else is somebody's, and stays in the way. */
function clearPartial(disk: Disk, path: string): void {
  if (disk.status(path) === undefined) return
  for (const { name, kind } of disk.list(path)) {
    const member = join(path, name)
    if (kind === 'directory' && parsePartitionFolder(basename(name)) !== undefined) {
      for (const file of disk.list(member)) disk.remove(join(member, file.name))
      disk.removeDirectory(member)
    } else if (name === MANIFEST || name === CHECKSUMS) disk.remove(member)
  }
  disk.removeDirectory(path)
}
