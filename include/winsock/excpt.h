// __try, __except, __finally, __leave.
//
// Linux raises no structured exceptions, so a guarded block is simply run. In C, __finally runs when
// the block ends or is left by __leave; __except never runs. In C++, where libstdc++ already has __try,
// __except catches C++ exceptions. A `return`, `goto` or exception out of a __try block skips its
// __finally block (docs/limitations.md).
#ifndef _INC_EXCPT
#define _INC_EXCPT

// clang-format takes these names for keywords.
// clang-format off
#ifdef __cplusplus
#include <exception>
#ifndef __try
#define __try try
#endif
#define __except(filter) catch (...)
#define __finally \
  catch (...) {   \
    throw;        \
  }               \
  if (true)
#else
#define __try                                                                 \
  for (int wsalive_try_round = 0; wsalive_try_round < 2; ++wsalive_try_round) \
    if (wsalive_try_round == 0)
#define __finally else
#define __except(filter) else if (0)
#define __leave continue
#endif
// clang-format on

#define EXCEPTION_EXECUTE_HANDLER 1
#define EXCEPTION_CONTINUE_SEARCH 0
#define EXCEPTION_CONTINUE_EXECUTION (-1)

#endif
