-- wrk's figures as one line that a program can read.
function done(summary, latency, requests)
	local wrong = summary.errors.connect + summary.errors.read + summary.errors.write
		+ summary.errors.status + summary.errors.timeout
	if wrong > 0 then
		io.write(string.format("wrong: connect %d, read %d, write %d, status %d, timeout %d\n", summary.errors.connect,
			summary.errors.read, summary.errors.write, summary.errors.status, summary.errors.timeout))
	end
	io.write(string.format("figures %d %d %d %.3f\n", summary.requests, summary.duration, wrong,
		latency:percentile(99) / 1000))
end
