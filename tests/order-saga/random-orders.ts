import { seededRandom } from './seeded-random.js'

/**
 * A CSV of some hundred orders with all that the rules turn on: few products, so that many orders meet without stock; two lines of
 * one product; amounts around the card's limit and of four digits; same-day orders around the carrier's limit; lines of orders in a mix.
 */
export function randomOrders(seed: number): string {
  const random = seededRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const products = Array.from({ length: 45 }, (_, index) => ({
    id: `${pick(['A', 'é', '😀', '﨎'])}-${index}`,
    category: pick(['Art', 'Paper, plain', 'Chairs "X"']),
  }))
  const lines: { readonly place: number; readonly fields: readonly (string | number)[] }[] = []
  for (let order = 0; order < 250; order++) {
    const head = [`O-${order}`, pick(['North', 'South']), pick(['Same Day', 'First Class'])]
    for (let line = Math.floor(random() * 4); line >= 0; line--) {
      const { id, category } = pick(products)
      const sales = pick([(random() * 2_000).toFixed(4), '1250', '1250.0000', '625.00', (random() * 10).toFixed(2), '0'])
      lines.push({ place: order + random() * 3, fields: [...head, id, category, 1 + Math.floor(random() * 6), sales] })
    }
  }
  lines.sort((a, b) => a.place - b.place)
  const quoted = (field: string | number) => `"${String(field).replaceAll('"', '""')}"`
  const header = ['Order ID', 'Region', 'Ship Mode', 'Product ID', 'Category', 'Quantity', 'Sales']
  return [header, ...lines.map(({ fields }) => fields)].map(row => `${row.map(quoted).join(',')}\n`).join('')
}
