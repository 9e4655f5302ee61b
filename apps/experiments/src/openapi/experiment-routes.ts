import { explainBody } from '../assignment/explain-body';
import {
  amendmentBody,
  approvalBody,
  cloneBody,
  listQuery,
  newExperiment,
  patchedExperiment,
  rampBody,
  reasonBody,
  replacedExperiment,
  scheduleBody,
  startQuery,
  stepQuery,
} from '../experiment/experiment-body';
import { reportQuery } from '../report/report-query';
import {
  experimentAnswer,
  experimentPageAnswer,
  explanationAnswer,
  phasesAnswer,
  revisionsAnswer,
  validationAnswer,
} from './answers';
import type { DescribedRoute, DescribedRoutes } from './described-route';

const BOTH = ['if-match', 'idempotency-key'] as const;

/** A step of an experiment's life. */
function step(summary: string, parts: Pick<DescribedRoute, 'body' | 'query'> = {}): DescribedRoute {
  return { summary, query: stepQuery, body: reasonBody, ...parts, answer: experimentAnswer, headers: BOTH };
}

export const EXPERIMENT_ROUTES: DescribedRoutes = {
  'GET /v1/experiments': {
    summary: 'Experiments, in the order in which they were made',
    query: listQuery,
    answer: experimentPageAnswer,
  },
  'POST /v1/experiments': {
    summary: 'Make a draft',
    body: newExperiment,
    status: 201,
    answer: experimentAnswer,
    headers: ['idempotency-key'],
  },
  'POST /v1/experiments/validate': {
    summary: 'Check a draft without keeping it',
    body: newExperiment,
    answer: validationAnswer,
  },
  'GET /v1/experiments/:key': { summary: 'One experiment', answer: experimentAnswer },
  'PUT /v1/experiments/:key': {
    summary: 'Replace a draft',
    body: replacedExperiment,
    answer: experimentAnswer,
    headers: ['if-match'],
  },
  'PATCH /v1/experiments/:key': {
    summary: 'Replace parts of a draft',
    body: patchedExperiment,
    answer: experimentAnswer,
    headers: ['if-match'],
  },
  'GET /v1/experiments/:key/phases': {
    summary: 'Its phases, with weights and models',
    answer: phasesAnswer,
  },
  'GET /v1/experiments/:key/revisions': { summary: 'Every change, the newest first', answer: revisionsAnswer },
  'POST /v1/experiments/:key/clone': {
    summary: 'A draft with the same design',
    body: cloneBody,
    status: 201,
    answer: experimentAnswer,
    headers: ['idempotency-key'],
  },
  'POST /v1/experiments/:key/approve': {
    summary: 'Agree to its traffic as the second person',
    body: approvalBody,
    answer: experimentAnswer,
    headers: BOTH,
  },
  'POST /v1/experiments/:key/ready': step('Say that the design is finished'),
  'POST /v1/experiments/:key/schedule': step('Have it start by itself', { body: scheduleBody }),
  'POST /v1/experiments/:key/unschedule': step('Take a scheduled start back'),
  'POST /v1/experiments/:key/start': step('Freeze the design and send traffic', { query: startQuery }),
  'POST /v1/experiments/:key/pause': step('Take the traffic away for a while'),
  'POST /v1/experiments/:key/resume': step('Give the traffic back, in a new phase', { query: startQuery }),
  'POST /v1/experiments/:key/ramp': step('Move its share of all units', { body: rampBody }),
  'POST /v1/experiments/:key/amend': step('Change what may change of a started one', { body: amendmentBody }),
  'POST /v1/experiments/:key/resync': step('Have a flag that was changed by hand say again what it shall'),
  'POST /v1/experiments/:key/stop': step('End the traffic and wait for its conversions'),
  'POST /v1/experiments/:key/conclude': step('Take the results without waiting any longer'),
  'POST /v1/experiments/:key/abort': step('End it without a result'),
  'POST /v1/experiments/:key/archive': step('Put it out of sight'),
  'GET /v1/experiments/:key/report': { summary: 'Lifts, intervals, checks and the verdict', query: reportQuery },
  'GET /v1/experiments/:key/shadow': { summary: 'What shadow variants predict beside what was served' },
  'POST /v1/assignments/explain': {
    summary: 'Where an experiment puts a unit, and how that is computed',
    body: explainBody,
    answer: explanationAnswer,
  },
};
