import { startTelemetry } from '@adlift/telemetry';

startTelemetry('adlift-predictor', { incomingHttp: false });
