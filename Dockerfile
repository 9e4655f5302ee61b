# Two stages: everything to build with, then production dependencies only.
FROM node:24-bookworm-slim AS build
WORKDIR /adlift
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node tools/build/ensure-build.mjs && rm -rf dist/tools dist/bench

FROM node:24-bookworm-slim AS production
WORKDIR /adlift
ENV NODE_ENV=production
COPY package.json package-lock.json .npmrc ./
# The package of the ONNX runtime holds the libraries of every platform.
RUN npm ci --omit=dev --omit=optional && npm cache clean --force \
 && find node_modules/onnxruntime-node/bin -mindepth 2 -maxdepth 2 -type d ! -name linux -exec rm -rf {} +
COPY --from=build /adlift/dist dist
COPY proto proto
COPY apps/experiments/page apps/experiments/page
COPY docs docs
COPY deploy/healthy.mjs deploy/healthy.mjs
COPY LICENSE ./
RUN mkdir -p /var/lib/adlift && chown node:node /var/lib/adlift
USER node
EXPOSE 3000 3001 3002 50051
CMD ["node", "--max-semi-space-size=8", "--initial-old-space-size=128", "--external-memory-accounted-in-global-limit", "--require", "./dist/apps/predictor/src/instrumentation.js", "dist/apps/predictor/src/main.js"]
