-- wrk's part of tests/bench/accept.py: posts one body over and over, and ends with one line of figures.
-- The figures: answers, microseconds, refusals, broken connections, 99th percentile in microseconds.
-- usage: wrk ... -s post_leads.lua URL -- BODY_FILE [close]    (close: a new connection for every lead)

function init(args)
  local file = assert(io.open(args[1], "rb"))
  wrk.method = "POST"
  wrk.body = file:read("*a")
  wrk.headers["Content-Type"] = "application/json"
  if args[2] == "close" then wrk.headers["Connection"] = "close" end
  file:close()
  request_text = wrk.format()
end

function request() return request_text end

-- errors.status counts the answers of 400 and above.
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("figures %d %d %d %d %d\n", summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(99)))
end
