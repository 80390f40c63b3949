// Sets of sockets for select (K-108), and WSAPOLLFD for WSAPoll.
//
// An fd_set is a counted array of FD_SETSIZE sockets, 64 unless the program says otherwise before
// winsock2.h. The names fd_set, select and gethostname are macros because the C library's headers
// have them with other types; struct timeval is the C library's.
#ifndef WSALIVE_SELECT_TYPES_H
#define WSALIVE_SELECT_TYPES_H

#ifndef FD_SETSIZE
#define FD_SETSIZE 64
#endif
#undef FD_SET
#undef FD_CLR
#undef FD_ZERO
#undef FD_ISSET
#undef NFDBITS

#define fd_set wsalive_fd_set
#define select wsalive_select
#define gethostname wsalive_gethostname

typedef struct fd_set {
  u_int fd_count;
  SOCKET fd_array[FD_SETSIZE];
} fd_set, *PFD_SET, *LPFD_SET;

typedef struct timeval TIMEVAL, *PTIMEVAL, *LPTIMEVAL;

// Adds a socket that is not in the set yet; a full set stays as it is.
#define FD_SET(fd, set)                                                                 \
  do {                                                                                  \
    u_int wsalive_at = 0;                                                               \
    while (wsalive_at < (set)->fd_count && (set)->fd_array[wsalive_at] != (SOCKET)(fd)) \
      ++wsalive_at;                                                                     \
    if (wsalive_at == (set)->fd_count && (set)->fd_count < FD_SETSIZE) {                \
      (set)->fd_array[wsalive_at] = (SOCKET)(fd);                                       \
      (set)->fd_count++;                                                                \
    }                                                                                   \
  } while (0)

// Takes a socket out; those behind it move up.
#define FD_CLR(fd, set)                                                                 \
  do {                                                                                  \
    u_int wsalive_at = 0;                                                               \
    while (wsalive_at < (set)->fd_count && (set)->fd_array[wsalive_at] != (SOCKET)(fd)) \
      ++wsalive_at;                                                                     \
    if (wsalive_at < (set)->fd_count) {                                                 \
      for (; wsalive_at + 1 < (set)->fd_count; ++wsalive_at)                            \
        (set)->fd_array[wsalive_at] = (set)->fd_array[wsalive_at + 1];                  \
      (set)->fd_count--;                                                                \
    }                                                                                   \
  } while (0)

#define FD_ZERO(set) ((void)((set)->fd_count = 0))

// A call, as on Windows: wsalive/select.h has __WSAFDIsSet.
#define FD_ISSET(fd, set) __WSAFDIsSet((SOCKET)(fd), (fd_set*)(set))

#define POLLRDNORM 0x0100
#define POLLRDBAND 0x0200
#define POLLIN (POLLRDNORM | POLLRDBAND)
#define POLLPRI 0x0400
#define POLLWRNORM 0x0010
#define POLLOUT (POLLWRNORM)
#define POLLWRBAND 0x0020
#define POLLERR 0x0001
#define POLLHUP 0x0002
#define POLLNVAL 0x0004

typedef struct pollfd {
  SOCKET fd;
  SHORT events;
  SHORT revents;
} WSAPOLLFD, *PWSAPOLLFD, *LPWSAPOLLFD;

#endif
