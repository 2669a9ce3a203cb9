import type { Cluster } from '../driver/cluster.js'
import { tlsFailure } from './tls-failure.js'

/** Lets the cluster give up connecting when each of the brokers' addresses has been tried and the certificates do not fit. kafkajs tries on for seconds. */
export function failEarly({ brokerPool }: Cluster, addresses: number): void {
  const { retrier } = brokerPool
  brokerPool.retrier = connect =>
    retrier(async (bail, retryCount, retryTime) => {
      try {
        return await connect(bail, retryCount, retryTime)
      } catch (error) {
        if (retryCount + 1 >= addresses && tlsFailure(error) !== undefined) bail(error as Error)
        throw error
      }
    })
}
