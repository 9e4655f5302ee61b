export { answerProblem, answerUnreadable, type ProblemReply } from './answer-problem';
export { DomainError, PROBLEMS, type ProblemCode } from './domain-error';
export { parseBody } from './parse-body';
export { ProblemFilter } from './problem-filter';
export { toDomainError } from './to-domain-error';
