import type { Submission } from '../submission.ts'

/** A successful submission, with what a test says of it. */
export function submissionOf(given: Partial<Submission> = {}): Submission {
  return {
    index: 0,
    outcome: 'success',
    reason: 'The page says: Welcome',
    startedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    durationMs: 1234,
    proxy: 'direct',
    identity: { firstName: 'Ada', lastName: 'Example', email: 'ada.example.1@example.com' },
    matched: [{ field: 'email', evidence: 'type', detail: 'type="email"', control: 'input[name="email"]' }],
    attempts: [{ proxy: 'direct', localPorts: [] }],
    steps: [{ name: 'open', durationMs: 12 }],
    consoleErrors: [],
    refusedRequests: 0,
    authorisationHash: 'abc',
    ...given,
  }
}
