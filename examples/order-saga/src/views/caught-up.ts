import type { App, Position, ViewReader } from 'ottla'

/** A view that has seen everything up to these positions. */
export async function caughtUp(app: App, projection: new () => object, positions: readonly Position[]): Promise<ViewReader> {
  for (const after of positions) await app.view(projection, { after })
  return app.view(projection)
}
