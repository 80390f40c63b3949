/* Linux' part of the host header: plain types, because the two vocabularies cannot meet in one file. */
#ifndef CONFORMANCE_HOST_LINUX_H
#define CONFORMANCE_HOST_LINUX_H

/* From now on the socket's host drops whatever comes for it; or hears again. 0, or -1. */
int linux_deafen(int fd);
int linux_hear(int fd);
/* A port of the loopback at which requests are not answered, for as long as the process lives. 0: none can
 * be had. */
int linux_deaf_port(void);

#endif
