/** A bar of a plain histogram: `######`, as long as its share of the greatest; what is there at all, shows. */
export function bar(value: number, greatest: number, widthMax: number): string {
  if (value === 0 || greatest === 0) return ''
  return '#'.repeat(Math.max(1, Math.round((value / greatest) * widthMax)))
}
