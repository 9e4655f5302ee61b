import { startTelemetry } from '@adlift/telemetry';

startTelemetry('adlift-experiments', { incomingHttp: true });
