export { loggerModule } from './logger';
export { shutDownOnSignal } from './shut-down';
export { startTelemetry } from './start-telemetry';
