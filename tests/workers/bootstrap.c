#define _GNU_SOURCE
/* A custom runtime that speaks the Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html
 * It answers each event with itself. The event "error" is reported as an error, "exit" ends the process,
 * "wrong" answers for a request that does not exist, and then properly with the status that it got. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static char buffer[1 << 16];
static const char *body;

static int request(const char *method, const char *path, const char *data) {
    char head[2048];
    const char *api = getenv("AWS_LAMBDA_RUNTIME_API");
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(strchr(api, ':') + 1))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection, (struct sockaddr *)&address, sizeof address)) exit(9);
    int length = snprintf(head, sizeof head,
        "%s /2018-06-01/runtime/%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
        method, path, api, strlen(data), data);
    if (write(connection, head, length) != length) exit(9);
    size_t used = 0;
    for (ssize_t got; (got = read(connection, buffer + used, sizeof buffer - 1 - used)) > 0;) used += got;
    close(connection);
    buffer[used] = 0;
    body = strstr(buffer, "\r\n\r\n");
    if (!body) exit(9);
    body += 4;
    return atoi(buffer + 9);
}

int main(void) {
    char id[64], path[128], event[4096];
    setvbuf(stdout, NULL, _IONBF, 0);
    for (;;) {
        request("GET", "invocation/next", "");
        char *header = strcasestr(buffer, "Lambda-Runtime-Aws-Request-Id: ");
        sscanf(header + 31, "%63[^\r]", id);
        snprintf(event, sizeof event, "%s", body);
        printf("handling %s\n", event);
        if (!strcmp(event, "\"exit\"")) return 42;
        if (!strcmp(event, "\"wrong\"")) {
            int status = request("POST", "invocation/nobody/response", "{}");
            snprintf(event, sizeof event, "{\"status\": %d, \"answer\": %s}", status, body);
        }
        int failed = !strcmp(event, "\"error\"");
        snprintf(path, sizeof path, "invocation/%s/%s", id, failed ? "error" : "response");
        request("POST", path, failed ? "{\"errorType\": \"Own.Error\", \"errorMessage\": \"as asked\"}" : event);
    }
}
