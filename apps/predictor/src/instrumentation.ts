import { startTelemetry } from '@adlift/telemetry';
import { tuneEngine } from './engine';

tuneEngine();
startTelemetry('adlift-predictor', { incomingHttp: false });
