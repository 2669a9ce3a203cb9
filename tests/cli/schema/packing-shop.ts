import { aggregate, apply, command, event, handle, saga, startsOn, step, t } from 'ottla'

/** Places an order. */
export const Place = command('shop.Place', 'orderId', { orderId: t.string })
const Pack = command('shop.Pack', 'orderId', { orderId: t.string })
const Placed = event('shop.Placed', { orderId: t.string })

/** Orders, which are packed by the saga. */
export const order = aggregate({
  name: 'order',
  initialState: () => ({}),
  decide: [handle(Place, (_, { orderId }) => new Placed({ orderId })), handle(Pack, () => [])],
  evolve: [apply(Placed, () => {})],
})

/** Both as a version for `writeVersion`. */
export const orderText = {
  commands: { 'shop.Place': '{ orderId: t.string }', 'shop.Pack': '{ orderId: t.string }' },
  events: { 'shop.Placed': '{ orderId: t.string }' },
  before: `const packing = saga({
    name: 'packing',
    initialState: () => ({}),
    startsOn: [startsOn(Placed, () => {})],
    steps: [step('pack', { send: () => new Pack({ orderId: 'o' }) })],
  })`,
  modules: 'packing',
}

/** Packs each order. */
export const packing = saga({
  name: 'packing',
  initialState: () => ({}),
  startsOn: [startsOn(Placed, () => {})],
  steps: [step('pack', { send: () => new Pack({ orderId: 'o' }) })],
})
