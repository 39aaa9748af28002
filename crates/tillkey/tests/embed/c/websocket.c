/* A WebSocket client for short messages that come whole. */

#define _POSIX_C_SOURCE 200809L

#include "websocket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

enum { CONTINUATION = 0, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };

static int read_all(int link, uint8_t *place, size_t length) {
    while (length > 0) {
        ssize_t came = recv(link, place, length, 0);
        if (came <= 0) {
            return -1;
        }
        place += came;
        length -= (size_t)came;
    }
    return 0;
}

static int write_all(int link, const uint8_t *bytes, size_t length) {
    while (length > 0) {
        ssize_t gone = send(link, bytes, length, MSG_NOSIGNAL);
        if (gone <= 0) {
            return -1;
        }
        bytes += gone;
        length -= (size_t)gone;
    }
    return 0;
}

static int connected_to(const char *host, const char *port) {
    struct addrinfo wanted, *found;
    memset(&wanted, 0, sizeof wanted);
    wanted.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(host, port, &wanted, &found) != 0) {
        return -1;
    }
    int link = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
    if (link >= 0 && connect(link, found->ai_addr, found->ai_addrlen) != 0) {
        close(link);
        link = -1;
    }
    freeaddrinfo(found);
    return link;
}

int websocket_open(const char *host, const char *port, const char *path) {
    int link = connected_to(host, port);
    if (link < 0) {
        return -1;
    }
    int yes = 1;
    setsockopt(link, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    /* The key only keeps caches from answering, and there is none here. */
    char head[1024];
    int length = snprintf(head, sizeof head,
                          "GET %s HTTP/1.1\r\nHost: %s:%s\r\nConnection: Upgrade\r\n"
                          "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                          path, host, port);
    if (write_all(link, (const uint8_t *)head, (size_t)length) != 0) {
        close(link);
        return -1;
    }
    size_t came = 0;
    while (came < 4 || memcmp(head + came - 4, "\r\n\r\n", 4) != 0) {
        if (came + 1 >= sizeof head || read_all(link, (uint8_t *)head + came, 1) != 0) {
            close(link);
            return -1;
        }
        came++;
    }
    head[came] = '\0';
    if (strncmp(head, "HTTP/1.1 101 ", 13) != 0 ||
        strstr(head, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == NULL) {
        close(link);
        return -1;
    }
    return link;
}

static int send_frame(int link, uint8_t kind, const uint8_t *message, size_t length) {
    uint8_t frame[8 + 65536];
    if (length > 65535) {
        return -1;
    }
    size_t at = 0;
    frame[at++] = (uint8_t)(0x80 | kind);
    if (length < 126) {
        frame[at++] = (uint8_t)(0x80 | length);
    } else {
        frame[at++] = 0x80 | 126;
        frame[at++] = (uint8_t)(length >> 8);
        frame[at++] = (uint8_t)length;
    }
    /* The mask protects old proxies from pages in a browser; zero is one, too. */
    memset(frame + at, 0, 4);
    at += 4;
    if (length > 0) {
        memcpy(frame + at, message, length);
    }
    return write_all(link, frame, at + length);
}

int websocket_send(int link, const uint8_t *message, size_t length) {
    return send_frame(link, BINARY, message, length);
}

long websocket_receive(int link, uint8_t *message, size_t capacity) {
    size_t whole = 0;
    for (;;) {
        uint8_t head[4];
        if (read_all(link, head, 2) != 0) {
            return -1;
        }
        size_t length = head[1] & 0x7f;
        if (length == 126) {
            if (read_all(link, head + 2, 2) != 0) {
                return -1;
            }
            length = (size_t)head[2] << 8 | head[3];
        }
        uint8_t kind = head[0] & 0x0f;
        /* A server masks nothing, and 127 would be longer than any message here. */
        if ((head[1] & 0x80) != 0 || length == 127 || length > capacity - whole) {
            return -1;
        }
        if (kind >= CLOSE) {
            uint8_t word[125];
            if (length > sizeof word || read_all(link, word, length) != 0 || kind == CLOSE) {
                return -1;
            }
            if (kind == PING && send_frame(link, PONG, word, length) != 0) {
                return -1;
            }
            continue;
        }
        if ((kind != BINARY && kind != CONTINUATION) ||
            read_all(link, message + whole, length) != 0) {
            return -1;
        }
        whole += length;
        if ((head[0] & 0x80) != 0) {
            return (long)whole;
        }
    }
}
