// Annotations of parameters, which only Microsoft's analyser reads. The older ones with two leading
// underscores exist in C only: libstdc++ uses __in and __out as names.
#ifndef _SAL_H_
#define _SAL_H_

#define _In_
#define _In_opt_
#define _In_z_
#define _In_opt_z_
#define _In_reads_(size)
#define _In_reads_opt_(size)
#define _In_reads_bytes_(size)
#define _In_reads_bytes_opt_(size)
#define _In_range_(low, high)
#define _Inout_
#define _Inout_opt_
#define _Inout_updates_(size)
#define _Inout_updates_bytes_(size)
#define _Inout_updates_bytes_opt_(size)
#define _Out_
#define _Out_opt_
#define _Out_writes_(size)
#define _Out_writes_opt_(size)
#define _Out_writes_z_(size)
#define _Out_writes_to_(size, count)
#define _Out_writes_bytes_(size)
#define _Out_writes_bytes_opt_(size)
#define _Out_writes_bytes_to_(size, count)
#define _Outptr_
#define _Outptr_opt_
#define _Outptr_result_maybenull_
#define _Ret_maybenull_
#define _Ret_z_
#define _Check_return_
#define _Must_inspect_result_
#define _Success_(condition)
#define _When_(condition, annotations)
#define _Reserved_
#define _Pre_
#define _Post_
#define _Null_terminated_
#define _Printf_format_string_
#define _Field_size_(size)
#define _Field_size_bytes_(size)
#define _Use_decl_annotations_
#define _Frees_ptr_opt_
#define _Acquires_lock_(lock)
#define _Releases_lock_(lock)
#define _Function_class_(name)

#ifndef __cplusplus
#define __in
#define __in_opt
#define __in_bcount(size)
#define __in_ecount(size)
#define __inout
#define __inout_opt
#define __out
#define __out_opt
#define __out_bcount(size)
#define __out_ecount(size)
#endif

#endif
