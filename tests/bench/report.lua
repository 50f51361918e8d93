-- wrk's figures as one line that a program can read.
function done(summary, latency, requests)
	local wrong = summary.errors.connect + summary.errors.read + summary.errors.write
		+ summary.errors.status + summary.errors.timeout
	io.write(string.format("figures %d %d %d %.3f\n", summary.requests, summary.duration, wrong,
		latency:percentile(99) / 1000))
end
