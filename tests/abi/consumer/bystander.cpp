// A program of the same project that has nothing to do with wsalive: its own settings hold.
#if __cplusplus != 201703L
#error "not the language level of its project"
#endif
#if defined(WSALIVE_DEBUG)
#error "definitions of wsalive's are seen"
#endif
#if __has_include(<winsock2.h>)
#error "the Windows headers are in the way of a program that has not asked for them"
#endif

int main() { return 0; }
