# The worker and the gateway (`starter serve`), and what starts and asks them, in one image without a shell.
#
#   docker build -t reengage .

FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
# Static, and the same bytes for the same source: no paths of the builder, no C library.
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/ ./worker ./starter

# A static wget: the health checks of docker-compose.yml ask /readyz with it.
FROM busybox:1.37.0-musl AS busybox

# Time zones are compiled into the programs (time/tzdata), so all that is missing are the authorities that sign TLS.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=busybox /bin/busybox /bin/wget
COPY --from=build /out/worker /out/starter /bin/
USER 65532:65532
ENV PATH=/bin
# 8080: webhooks, the API and the console. 9090: metrics, health and readiness.
EXPOSE 8080 9090
CMD ["/bin/starter", "--help"]
