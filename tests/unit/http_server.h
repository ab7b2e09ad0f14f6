/* An HTTP server of a few lines on a port of this machine's own, for downloads to be tried on. */
#ifndef REINIT_TESTS_HTTP_SERVER_H
#define REINIT_TESTS_HTTP_SERVER_H

#include "unit/support.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* How the server takes a request. */
enum manner {
    SERVES_RANGES,
    IGNORES_RANGES, /* gives the whole */
    LEADS_TO_FILE,  /* redirects to the file that the body names */
    DRIPS           /* a byte every 20 ms, until there is a file of the name "go" */
};

struct server {
    pid_t process;
    int requests; /* a byte for each: 'w' for the whole, 'r' for a range */
    char url[64];
};

/* Sends the text; fails when the other side has gone. */
static inline bool server_send(int connection, const char *data, size_t size)
{
    for (size_t sent = 0; sent < size;) {
        ssize_t now = send(connection, data + sent, size - sent, MSG_NOSIGNAL);
        if (now <= 0)
            return false;
        sent += (size_t)now;
    }
    return true;
}

static inline void server_answer(int connection, enum manner manner, const char *body, size_t size,
                                 int requests)
{
    char request[4096] = "", head[4096];
    size_t used = 0;
    while (strstr(request, "\r\n\r\n") == NULL) {
        ssize_t got = read(connection, request + used, sizeof request - 1 - used);
        if (got <= 0)
            return;
        used += (size_t)got;
        request[used] = '\0';
    }
    const char *range = strstr(request, "Range: bytes=");
    size_t first = range != NULL ? strtoul(range + 13, NULL, 10) : 0;
    if (write(requests, range != NULL ? "r" : "w", 1) != 1)
        _exit(1);
    if (manner == IGNORES_RANGES)
        first = 0;
    if (manner == LEADS_TO_FILE) {
        snprintf(head, sizeof head,
                 "HTTP/1.1 302 Found\r\nLocation: file://%s\r\nContent-Length: 0\r\n\r\n", body);
        first = size;
    } else if (range == NULL || manner == IGNORES_RANGES)
        snprintf(head, sizeof head,
                 "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n", size);
    else if (first >= size) {
        snprintf(head, sizeof head,
                 "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */%zu\r\n"
                 "Content-Length: 4\r\n\r\nnone",
                 size);
        first = size;
    } else
        snprintf(head, sizeof head,
                 "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %zu-%zu/%zu\r\n"
                 "Content-Length: %zu\r\n\r\n",
                 first, size - 1, size, size - first);
    bool good = server_send(connection, head, strlen(head));
    for (; good && manner == DRIPS && first < size && access("go", F_OK) != 0; first++) {
        good = server_send(connection, body + first, 1);
        usleep(20000);
    }
    if (good)
        server_send(connection, body + first, size - first);
}

/* Serves the body until finished, or for a minute at most. */
static inline struct server server_start(enum manner manner, const char *body, size_t body_size)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int ends[2], listening = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(listening >= 0 && bind(listening, (struct sockaddr *)&address, size) == 0);
    assert_true(listen(listening, 8) == 0);
    assert_true(getsockname(listening, (struct sockaddr *)&address, &size) == 0);
    assert_int_equal(pipe(ends), 0);
    struct server server = {.requests = ends[0]};
    snprintf(server.url, sizeof server.url, "http://127.0.0.1:%d/x", ntohs(address.sin_port));
    server.process = fork();
    assert_true(server.process >= 0);
    if (server.process == 0) {
        alarm(60);
        for (;;) {
            int connection = accept(listening, NULL, NULL);
            if (connection < 0)
                _exit(1);
            server_answer(connection, manner, body, body_size, ends[1]);
            close(connection);
        }
    }
    close(listening);
    close(ends[1]);
    return server;
}

static inline void server_kill(const struct server *server)
{
    kill(server->process, SIGKILL);
    assert_int_equal(waitpid(server->process, NULL, 0), server->process);
    close(server->requests);
}

/* Ends the server and checks the requests it had. */
static inline void server_finish(const struct server *server, const char *wanted)
{
    char requests[16] = "";
    int kept = dup(server->requests);
    server_kill(server);
    assert_true(kept >= 0 && read(kept, requests, sizeof requests - 1) >= 0);
    close(kept);
    assert_string_equal(requests, wanted);
}

#endif
