import { On, Projection, SagaCompensated, SagaCompleted, SagaParked, SagaStarted, StepEnded, StepStarted, type View } from 'ottla'

/** What the saga did for each order, step by step, and how it ended: from the saga's own events. */
@Projection('order-steps', {
  schema: `
    create table order_steps (order_id text, seq integer, step text not null, outcome text not null, primary key (order_id, seq));
    create table fulfilments (order_id text primary key, status text not null)`,
})
export class OrderSteps {
  @On(SagaStarted) started({ sagaId }: SagaStarted, view: View) {
    view.insert('fulfilments', { order_id: sagaId, status: 'running' })
  }

  @On(StepStarted) stepStarted({ sagaId, seq, step }: StepStarted, view: View) {
    view.upsert('order_steps', { order_id: sagaId, seq, step, outcome: 'running' })
  }

  @On(StepEnded) stepEnded({ sagaId, seq, step, outcome }: StepEnded, view: View) {
    view.upsert('order_steps', { order_id: sagaId, seq, step, outcome })
  }

  @On(SagaCompleted) completed({ sagaId }: SagaCompleted, view: View) {
    view.update('fulfilments', sagaId, { status: 'completed' })
  }

  @On(SagaCompensated) compensated({ sagaId }: SagaCompensated, view: View) {
    view.update('fulfilments', sagaId, { status: 'compensated' })
  }

  @On(SagaParked) parked({ sagaId }: SagaParked, view: View) {
    view.update('fulfilments', sagaId, { status: 'parked' })
  }
}
