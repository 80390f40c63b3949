// Keys and characters of the terminal.
#ifndef _INC_CONIO
#define _INC_CONIO

#include "wsalive/compiler.h"

WSALIVE_EXTERN_C_BEGIN

// Whether a key waits to be read. On anything but a terminal: whether input is there, or at its end.
WSALIVE_API int __cdecl _kbhit(void);
// The next key, at once and without echo; -1 at the end of the input. _getche echoes.
WSALIVE_API int __cdecl _getch(void);
WSALIVE_API int __cdecl _getche(void);
WSALIVE_API int __cdecl _putch(int character);
WSALIVE_API int __cdecl _cputs(const char* text);

WSALIVE_EXTERN_C_END

#define kbhit _kbhit
#define getch _getch
#define getche _getche
#define putch _putch
#define cputs _cputs

#endif
