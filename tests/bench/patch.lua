-- PATCH of tasks in turn, each time with another title.
local threads = 0
function setup(thread)
	thread:set("id", threads)
	threads = threads + 1
end
local count = 0
function request()
	count = count + 1
	wrk.headers["Content-Type"] = "application/merge-patch+json"
	wrk.headers["If-Match"] = "*"
	return wrk.format("PATCH", "/v1/tasks/kstthc-2025." .. (count % 55 + 1), nil,
		'{"title": "Nhiệm vụ lần ' .. id .. "-" .. count .. '"}')
end
dofile(os.getenv("KSTTHC_BENCH_REPORT"))
