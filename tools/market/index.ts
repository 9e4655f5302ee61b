export { budgetedTruth } from './budgeted-truth';
export { CampaignBudgets, scarceBudgets, SHARED, type BudgetPart } from './campaign-budgets';
export { DEMO_PLAN } from './demo-plan';
export { firstRanked } from './first-ranked';
export { type History, makeHistory } from './history';
export { makeWorld } from './make-world';
export { type MarketRequest, requestAt } from './market-request';
export { CANDIDATES } from './market-size';
export {
  clickDelayMs,
  clickProbability,
  conversionDelayMs,
  conversionProbability,
  conversionValueMicros,
  isClicked,
  isConverted,
} from './outcomes';
export { hash, uniform } from './random';
export { type Arms, type RankedModel } from './ranked-model';
export { SplitRanking } from './split-ranking';
export { Stream } from './stream';
export { makeTraffic, type Traffic, type TrafficSize } from './traffic';
export {
  type MarketModel,
  type MarketModels,
  type MarketStage,
  type MarketTrainingOptions,
  trainMarketModels,
} from './train-models';
export { type ArmTruth, marketTruth, type MarketTruth, truthOfRankings } from './truth';
export { unitId } from './units';
export { type Ad, type Campaign, type World } from './world';
