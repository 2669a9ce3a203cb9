import kafkajs from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './group-protocol.js'

const encoders = kafkajs.AssignerProtocol
const owned = [
  { topic: 'inbox', partition: 0 },
  { topic: 'inbox', partition: 3 },
]

describe('the protocol of a group', () => {
  it('carries what a member holds, and since when', () => {
    const metadata = encodeSubscription(encoders, { topics: ['inbox', 'other'], generation: 7, owned })
    expect(decodeSubscription('m', metadata)).toEqual({ memberId: 'm', topics: ['inbox', 'other'], generation: 7, owned })
  })

  it.each(['', '{', 'null', '{"generation":"1","owned":{}}', '{"generation":1,"owned":{"inbox":["0"]}}', '{"generation":1}'])(
    'takes a member with the user data %j for a new one',
    text => {
      const metadata = encoders.MemberMetadata.encode({ version: 0, topics: ['inbox'], userData: Buffer.from(text) })
      expect(decodeSubscription('m', metadata)).toEqual({ memberId: 'm', topics: ['inbox'], generation: -1, owned: [] })
    },
  )

  it('gives an assignment in the form that Kafka’s tools read', () => {
    const assignment = encodeAssignment(encoders, owned)
    expect(encoders.MemberAssignment.decode(assignment)?.assignment).toEqual({ inbox: [0, 3] })
    expect(decodeAssignment(assignment)).toEqual(owned)
  })

  it('takes an assignment without bytes for an empty one', () => {
    expect([decodeAssignment(Buffer.alloc(0)), decodeAssignment(null)]).toEqual([[], []])
  })
})
