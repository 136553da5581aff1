# The sandbox as an image: docker build --tag relay-phone . (docs/containers.md)
# The digest is that of the image for all processors.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6

FROM ${NODE_IMAGE} AS build
WORKDIR /source
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
WORKDIR /opt/relay-phone
# The files of the npm package, with the dependencies of the lock file.
RUN npm run build --prefix /source \
  && npm pack /source --ignore-scripts --pack-destination /tmp \
  && tar --extract --file /tmp/relay-phone-*.tgz --strip-components 1 \
  && cp /source/package-lock.json . \
  && npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.description="A local stand-in for Twilio" \
  org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/relay-phone /opt/relay-phone
# The group 0 may write: OpenShift gives containers a user id of its own choice, and this group. A new volume at /sandbox
# gets owner and mode from here.
RUN ln -s /opt/relay-phone/bin/relay-phone.js /usr/local/bin/relay-phone \
  && install --directory --owner=1000 --group=0 --mode=0770 /sandbox /home/node
ENV HOME=/home/node \
  NODE_ENV=production \
  RELAY_PHONE_SANDBOX_HOST=0.0.0.0
USER 1000:1000
WORKDIR /sandbox
EXPOSE 4020
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.RELAY_PHONE_SANDBOX_PORT || 4020}/_sandbox/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["relay-phone"]
CMD ["sandbox"]
