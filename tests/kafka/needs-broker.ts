import { inject } from 'vitest'

// Fails each file of this project when the shared broker should be there and is not.
const problem = inject('kafkaProblem')
if (problem !== undefined) throw new Error(problem)
