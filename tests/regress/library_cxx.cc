// SPDX-License-Identifier: ISC
// A server in C++: the C++ that library_languages.t compiles and runs.  It
// says on standard output where it listens, serves until it is stopped, and
// says how often it has served.
#include <cinttypes>
#include <cstdio>
#include <stdexcept>
#include <string>

#include <unistd.h>

#include <forkd.h>

namespace {

class Greeter {
public:
	explicit Greeter(const std::string &greeting) : greeting_(greeting) {}

	int
	serve(forkd_conn *conn) const
	{
		return std::fprintf(forkd_conn_out(conn), "%s, %s\n",
		    greeting_.c_str(), forkd_conn_peer(conn)) < 0 ? -1 : 0;
	}

private:
	std::string	greeting_;
};

// Where C calls C++: no exception may leave it.
extern "C" int
serve(forkd_conn *conn, void *arg)
{
	try {
		return static_cast<Greeter *>(arg)->serve(conn);
	} catch (...) {
		return -1;
	}
}

void
check(forkd *server, int result)
{
	if (result == -1)
		throw std::runtime_error(forkd_error(server));
}

void
run(forkd *server, Greeter *greeter)
{
	forkd_ops	ops = forkd_ops();
	char		address[64];
	std::int64_t	served;

	ops.serve = serve;
	check(server, forkd_service(server, "greet", &ops, greeter));
	check(server, forkd_set(server, nullptr, "log", "stderr"));
	if (geteuid() == 0)
		check(server, forkd_set(server, "greet", "user", "nobody"));
	check(server, forkd_listen(server, "greet", "127.0.0.1:0"));
	check(server, forkd_address(server, "greet", 0, address,
	    sizeof(address)));
	std::printf("%s\n", address);
	std::fflush(stdout);
	check(server, forkd_run(server));
	check(server, forkd_stat(server, "greet", "served", &served));
	std::printf("%" PRId64 " served\n", served);
}

} // namespace

int
main()
{
	Greeter	 greeter("Hello");
	forkd	*server;
	int	 status = 0;

	server = forkd_new();
	try {
		run(server, &greeter);
	} catch (const std::exception &error) {
		std::printf("%s\n", error.what());
		status = 1;
	}
	forkd_free(server);
	return status;
}
