/** Values as one line of blocks, each as high as its share of the greatest; what is there at all, shows. */
const BLOCKS = ' ▁▂▃▄▅▆▇█'

export function sparkline(values: readonly number[]): string {
  const greatest = Math.max(0, ...values)
  const height = BLOCKS.length - 1
  return values
    .map(value => BLOCKS[value <= 0 ? 0 : Math.max(1, Math.round((value / greatest) * height))])
    .join('')
}
