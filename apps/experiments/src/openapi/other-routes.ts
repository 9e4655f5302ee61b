import { newKey } from '../access/key-body';
import { auditQuery } from '../audit/audit-query';
import { adQuery, historyQuery, listQuery } from '../catalogue/catalogue-query';
import { holdoutBody } from '../holdout/holdout-body';
import { newMetric } from '../metric/metric-body';
import { newPolicy } from '../model/serving-policy';
import { aaBody, powerBody } from '../planning/planning-body';
import { rejectedQuery, replayedBody } from '../rejected-event/rejected-query';
import { eventTotals } from '../event-total/event-totals';
import { sampleQuery } from '../sample/sample-query';
import { sliceQuery } from '../slice/slice-query';
import { traceQuery } from '../trace/trace-query';
import { newWebhook } from '../webhook/webhook-body';
import {
  auditAnswer,
  holdoutAnswer,
  keyAnswer,
  keysAnswer,
  madeKeyAnswer,
  madeWebhookAnswer,
  metricAnswer,
  metricsAnswer,
  webhooksAnswer,
} from './answers';
import type { DescribedRoutes } from './described-route';

/** Keys, the audit, models, ads, events, traces. */
export const OTHER_ROUTES: DescribedRoutes = {
  'GET /v1/keys': { summary: 'Keys that were made here, revoked ones too', answer: keysAnswer },
  'POST /v1/keys': {
    summary: 'Make a key, which is shown this once',
    body: newKey,
    status: 201,
    answer: madeKeyAnswer,
  },
  'DELETE /v1/keys/:id': { summary: 'Revoke a key', answer: keyAnswer },
  'GET /v1/webhooks': { summary: 'Who is told of changes', answer: webhooksAnswer },
  'POST /v1/webhooks': {
    summary: 'Have a URL told of changes; the secret of its signatures is shown this once',
    body: newWebhook,
    status: 201,
    answer: madeWebhookAnswer,
  },
  'DELETE /v1/webhooks/:id': { summary: 'Tell a URL no more', status: 204 },
  'GET /v1/audit': { summary: 'Who changed what, the newest first', query: auditQuery, answer: auditAnswer },
  'GET /v1/layers': { summary: 'Experiments that share traffic without sharing units, and what is free' },
  'GET /v1/holdout': { summary: 'The units that no experiment gets', answer: holdoutAnswer },
  'PUT /v1/holdout': { summary: 'Say how many units no experiment gets', body: holdoutBody, answer: holdoutAnswer },
  'GET /v1/openapi.json': { summary: 'This document' },
  'GET /v1/overview': { summary: 'How the services are' },
  'GET /v1/replicas': { summary: 'Predictors that tell of themselves' },

  'GET /v1/models': { summary: 'Versions of models, what is served of them, and why' },
  'POST /v1/models': { summary: 'Register a bundle by its manifest', status: 201 },
  'GET /v1/models/:name/versions/:version': { summary: 'One version' },
  'GET /v1/models/:name/:version': { summary: 'One version, as earlier clients ask for it' },
  'POST /v1/models/:name/versions/:version/load': { summary: 'Have every predictor load a version', status: 202 },
  'POST /v1/models/:name/versions/:version/unload': { summary: 'Have every predictor let go of it', status: 202 },
  'POST /v1/models/:name/versions/:version/reload': { summary: 'Have every predictor load it anew', status: 202 },
  'PUT /v1/models/:name/versions/:version/labels/:label': { summary: 'Give a version a label', status: 204 },
  'PUT /v1/models/:name/:version/labels/:label': { summary: 'The same, as earlier clients ask for it', status: 204 },
  'DELETE /v1/models/:name/versions/:version/labels/:label': { summary: 'Take the label away', status: 204 },
  'GET /v1/models/:name/policy': { summary: 'Which versions of the name are served' },
  'PUT /v1/models/:name/policy': { summary: 'Say which versions of the name are served', body: newPolicy },
  'DELETE /v1/models/:name/policy': { summary: 'Go back to the default policy' },
  'PUT /v1/models/files/:sha256': {
    summary: 'Upload a file of a bundle',
    bodyType: 'application/octet-stream',
    status: 204,
  },
  'GET /v1/models/files/:sha256': { summary: 'A file of a bundle' },
  'GET /v1/bundles/:digest/manifest': { summary: 'The manifest of a bundle' },
  'GET /v1/serving-set': { summary: 'What predictors shall hold' },

  'GET /v1/ads': { summary: 'A page of the catalogue', query: listQuery },
  'PUT /v1/ads': { summary: 'Put ads into the catalogue, all or none' },
  'GET /v1/ads/:adId': { summary: 'An ad as it is, or as it was', query: adQuery },
  'DELETE /v1/ads/:adId': { summary: 'Take an ad out of the catalogue' },
  'GET /v1/ads/:adId/history': { summary: 'The versions of an ad, newest first', query: historyQuery },

  'GET /v1/experiments/:key/samples': { summary: 'The requests behind a cell of the report', query: sampleQuery },
  'GET /v1/experiments/:key/samples.csv': { summary: 'The same as CSV', query: sampleQuery },
  'GET /v1/experiments/:key/slices': { summary: 'The rates of the report, cut by a dimension', query: sliceQuery },
  'POST /v1/experiments/:key/snapshots': { summary: 'Keep the report as it is now', status: 201 },
  'GET /v1/experiments/:key/snapshots': { summary: 'Reports that were kept, the newest first' },
  'GET /v1/experiments/:key/snapshots/:id': { summary: 'A report as it was, with all that it was made of' },
  'GET /v1/experiments/:key/snapshots/:id/recomputed': { summary: 'The same report, computed again from that' },
  'GET /v1/metrics': { summary: 'Every version of every metric that a design can name', answer: metricsAnswer },
  'POST /v1/metrics': {
    summary: 'Define a metric, or a further version of it',
    body: newMetric,
    status: 201,
    answer: metricAnswer,
  },
  'POST /v1/planning/power': { summary: 'How large an experiment must be to see a lift', body: powerBody },
  'POST /v1/planning/aa': { summary: 'How often each metric sees a difference where there is none', body: aaBody },
  'POST /v1/events/totals': {
    summary: 'Tell what was sent of a phase, by arm, to be set against what is kept',
    body: eventTotals,
    status: 204,
  },
  'GET /v1/events/rejected': { summary: 'Events that did not count, and why', query: rejectedQuery },
  'POST /v1/events/rejected/replayed': {
    summary: 'Note that rejected events were sent again and taken',
    body: replayedBody,
    status: 204,
  },
  'DELETE /v1/units/:unit': { summary: 'Erase what is stored of a unit' },
  'GET /v1/traces': { summary: 'Search decisions', query: traceQuery },
  'GET /v1/traces/:id': { summary: 'A trace as a tree' },
  'GET /v1/predictions/:id/trace': { summary: 'The trace of a prediction' },
  'POST /v1/traces': { summary: 'Spans of other services, OTLP in JSON or protobuf' },
};
