/** A place in a schema, in Java's way and in people's. */
export class Place {
  static readonly root = new Place('', '')

  private constructor(
    private readonly pointer: string,
    /** `lines[].price` */
    readonly path: string,
  ) {}

  /** The JSON pointer as Java writes it, which has a slash at the root, too. */
  get location(): string {
    return this.pointer || '/'
  }

  /** The same place for people, a part of the JSON further in. */
  within(...tokens: readonly (string | number)[]): Place {
    return new Place(`${this.pointer}/${tokens.join('/')}`, this.path)
  }

  field(index: number, name: string): Place {
    return new Place(`${this.pointer}/fields/${index}`, this.path ? `${this.path}.${name}` : name)
  }

  items(): Place {
    return new Place(`${this.pointer}/items`, `${this.path}[]`)
  }

  values(): Place {
    return new Place(`${this.pointer}/values`, `${this.path}{}`)
  }

  /** Inside a union Java's pointer begins anew; people's path goes on. */
  branch(): Place {
    return new Place('', this.path)
  }
}
