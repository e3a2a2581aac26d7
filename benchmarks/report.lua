-- Errors are answers other than 200 and connections that failed; latencies are in milliseconds.
function done(summary, latency, requests)
  local errors = summary.errors
  print(string.format('\n{"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "errors": %d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
