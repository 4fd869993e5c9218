// Owns: how many views ended without a Seal, as far as looking at the Buddies now and then tells.
// Called by: sealer-host.ts.

type Seen = { height: bigint; view: number } | null

export class ViewChanges {
  count = 0
  #seen = { height: 0n, view: 0 }

  /** The Buddy that is furthest speaks for all: the others come to its view. */
  notice(buddies: readonly Seen[]): void {
    const before = this.#seen
    for (const buddy of buddies) {
      if (buddy === null) continue
      const { height, view } = this.#seen
      if (buddy.height > height || (buddy.height === height && buddy.view > view)) this.#seen = { height: buddy.height, view: buddy.view }
    }
    const { height, view } = this.#seen
    this.count += height === before.height ? view - before.view : view
  }
}
