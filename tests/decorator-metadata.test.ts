import 'reflect-metadata'
import { expect, it } from 'vitest'

const Declared: PropertyDecorator & MethodDecorator = () => undefined

class Line {}

class Order {
  @Declared lines!: Line
  @Declared total!: string

  @Declared add(line: Line, quantity: number): boolean {
    return [line, quantity].length > 0
  }
}

it('is emitted for fields and methods where the tests run', () => {
  expect(Reflect.getMetadata('design:type', Order.prototype, 'lines')).toBe(Line)
  expect(Reflect.getMetadata('design:type', Order.prototype, 'total')).toBe(String)
  expect(Reflect.getMetadata('design:paramtypes', Order.prototype, 'add')).toEqual([Line, Number])
  expect(Reflect.getMetadata('design:returntype', Order.prototype, 'add')).toBe(Boolean)
})

it('assigns declared fields as the compiler of users does, without defining them', () => {
  expect(Object.keys(new Order())).toEqual([])
})
