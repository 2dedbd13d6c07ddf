-- wrk's part of tests/bench/accept.py: posts one lead over and over, each time as another person, so that none is a
-- duplicate, and ends with one line of figures.
-- The figures: answers, microseconds, refusals, broken connections, 99th percentile in microseconds.
-- usage: wrk ... -s post_leads.lua URL -- BODY_FILE [close]    (close: a new connection for every lead)

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("thread_number", threads)
end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  wrk.method = "POST"
  wrk.body = file:read("*a")
  wrk.headers["Content-Type"] = "application/json"
  if args[2] == "close" then wrk.headers["Connection"] = "close" end
  file:close()
  -- A number as long as what it takes the place of: the request's length stays.
  local before, after = assert(wrk.format():match("^(.*)someone(@contoso.*)$"))
  local count = 0
  request = function()
    count = count + 1
    return before .. string.format("%d%06d", thread_number, count % 1000000) .. after
  end
end

-- errors.status counts the answers of 400 and above.
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("figures %d %d %d %d %d\n", summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(99)))
end
