# The sandbox as an image: docker build --tag relay-phone . (docs/containers.md)
# The digest is that of the image for all processors.
FROM node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6 AS build
WORKDIR /source
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build \
  && npm pack --ignore-scripts --pack-destination /tmp \
  && npm install --global --prefix /opt/relay-phone --ignore-scripts --no-audit --no-fund /tmp/relay-phone-*.tgz

FROM node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6
LABEL org.opencontainers.image.description="A local stand-in for Twilio" \
  org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/relay-phone /opt/relay-phone
ENV PATH=/opt/relay-phone/bin:$PATH \
  NODE_ENV=production \
  RELAY_PHONE_SANDBOX_HOST=0.0.0.0
USER 1000:1000
WORKDIR /home/node
EXPOSE 4020
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.RELAY_PHONE_SANDBOX_PORT || 4020}/_sandbox/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["relay-phone"]
CMD ["sandbox"]
