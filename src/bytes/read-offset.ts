/**
 * Where large memory that files are read into begins within its buffer, in bytes. The allocator puts a large buffer
 * 16 bytes behind the start of a page; files lie in whole pages, and the kernel's copy (`rep movsb` of AMD's
 * processors) is four times slower where the target lies a few bytes behind the source within a page.
 */
export const READ_OFFSET = 64;
