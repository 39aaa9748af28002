/* As much of a WebSocket client (RFC 6455) as a terminal needs: it stands for the vendor's
 * own transport, which does TLS as well. */

#ifndef WEBSOCKET_H
#define WEBSOCKET_H

#include <stddef.h>
#include <stdint.h>

/* Connects and opens the link; the socket, or -1. */
int websocket_open(const char *host, const char *port, const char *path);

/* Sends one binary message; 0, or -1 if the link is gone. */
int websocket_send(int link, const uint8_t *message, size_t length);

/* Receives one binary message; its length, or -1 if the link is gone. Pings are answered. */
long websocket_receive(int link, uint8_t *message, size_t capacity);

#endif
