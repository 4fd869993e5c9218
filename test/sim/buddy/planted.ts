// Bugs to plant into the compiled core, one at a time, each with the tests that must see it. A check that no test misses is no check.

export type Planted = {
  bug: string
  /** In src/buddy/core, compiled. */
  file: string
  from: string
  to: string
  /** Of test/unit/buddy/core. */
  seenBy: 'safety' | 'liveness' | 'step' | 'heights' | 'evidence'
}

export const planted: readonly Planted[] = [
  { bug: 'a `want` is never answered', file: 'exchange', from: 'if (message.want)', to: 'if (false)', seenBy: 'liveness' },
  { bug: 'nobody asks with `want`', file: 'exchange', from: 'exchange.tick > exchangeTicksMax', to: 'true', seenBy: 'liveness' },
  {
    bug: 'no join on more than W/3',
    file: 'timeout',
    from: 'if (joined < round.view ||',
    to: 'if (true || joined < round.view ||',
    seenBy: 'liveness',
  },
  { bug: 'a Timeout is said once', file: 'timeout', from: 'repeat(ctx, view);\n    else', to: '{}\n    else', seenBy: 'liveness' },
  { bug: 'no look at `voted`', file: 'prepare', from: ' || round.voted.has(view)', to: '', seenBy: 'safety' },
  { bug: '`voted` is not recovered', file: 'recovery', from: 'votes.set(record.view, vote);', to: '', seenBy: 'safety' },
  { bug: 'no look at `committed`', file: 'commit', from: ' || round.committed.has(view)', to: '', seenBy: 'step' },
  { bug: 'PREPARE after the Timeout', file: 'prepare', from: ' || round.timedOut.has(view)', to: '', seenBy: 'step' },
  { bug: 'COMMIT after the Timeout', file: 'commit', from: ' || round.timedOut.has(view)', to: '', seenBy: 'step' },
  {
    bug: 'a proposal is not bound to the lock of its TC',
    file: 'certificate',
    from: 'tc.highQc !== null && !sameBytes(headerHashOf(tc.highQc.digest), at.headerHash)',
    to: 'false',
    seenBy: 'safety',
  },
  {
    bug: 'a TC may hide its lock',
    file: 'certificate',
    from: 'highest === null ? tc.highQc !== null : !proves(tc, highest)',
    to: 'false',
    seenBy: 'safety',
  },
  {
    bug: 'a TC below the quorum',
    file: 'certificate',
    from: ' || weightOf(committee, signers) < committee.quorum',
    to: '',
    seenBy: 'evidence',
  },
  { bug: 'a QC below the quorum', file: 'certificate', from: 'weightOf(committee, qc.signers) < committee.quorum', to: 'false', seenBy: 'heights' },
  { bug: 'the block of another view', file: 'propose', from: 'facts.view === view && facts.proposer === proposer', to: 'true', seenBy: 'safety' },
  { bug: 'votes that nobody signed', file: 'exchange', from: '!verifyBy(env, state.committee, vote.validator,', to: 'false && (', seenBy: 'step' },
  { bug: 'the log gets a body not judged', file: 'propose', from: 'judged(ctx.state.round, proposal) ?? proposal', to: 'proposal', seenBy: 'safety' },
  { bug: 'a TC of the height before', file: 'decide', from: 'raised.splice(', to: '[].splice(', seenBy: 'safety' },
]
