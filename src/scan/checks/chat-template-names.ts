/** Functions that a chat template may call: Jinja's harmless ones and what renderers of chats add. */
export const CALLABLE_NAMES: ReadonlySet<string> = new Set([
  'range',
  'dict',
  'namespace',
  'raise_exception',
  'strftime_now',
  'caller',
  'loop',
  'super',
  '_',
  'gettext',
  'ngettext',
]);

/** Methods of strings, lists, maps, dates and loops that only compute. */
export const CALLABLE_METHODS: ReadonlySet<string> = new Set(
  (
    'strip lstrip rstrip removeprefix removesuffix split rsplit splitlines partition rpartition startswith endswith ' +
    'upper lower title capitalize casefold swapcase replace join find rfind index rindex count zfill center ljust ' +
    'rjust expandtabs format isdigit isalpha isalnum isspace isupper islower isnumeric isdecimal istitle isidentifier ' +
    'items keys values get copy append extend insert pop remove reverse sort update setdefault clear add union ' +
    'intersection difference issubset issuperset strftime isoformat cycle changed has_key contains trim ' +
    'lowercase uppercase'
  ).split(' '),
);

/** Filters of Jinja that only compute, and `tojson`-like ones of renderers. `attr` is missing on purpose. */
export const FILTERS: ReadonlySet<string> = new Set(
  (
    'abs batch capitalize center count d default dictsort e escape filesizeformat first float forceescape format ' +
    'from_json fromjson groupby indent int items join last length list lower map max min pprint random reject ' +
    'rejectattr replace reverse round safe select selectattr slice sort string striptags sum title tojson to_json ' +
    'trim truncate unique upper urlencode urlize wordcount wordwrap xmlattr strftime rstrip lstrip strip ' +
    'split keys values'
  ).split(' '),
);

export const TESTS: ReadonlySet<string> = new Set(
  (
    'boolean callable defined divisibleby eq equalto escaped even false filter float ge gt greaterthan in integer ' +
    'iterable le lt lessthan lower mapping ne none number odd sameas sequence string test true undefined upper ' +
    'startingwith endingwith contains'
  ).split(' '),
);

/** What a host puts beside the data: ways from the template into the program. */
export const HOST_NAMES: ReadonlySet<string> = new Set(
  (
    'self cycler joiner lipsum request config session g app current_app application url_for get_flashed_messages ' +
    'handler settings getattr setattr open exec eval compile import_module os sys subprocess builtins globals locals ' +
    'vars dir type object'
  ).split(' '),
);

/** Attributes without a leading underscore that lead into the interpreter (jinja2/sandbox.py and CPython's frames). */
const INTERNALS: ReadonlySet<string> = new Set(
  (
    'mro gi_frame gi_code gi_yieldfrom cr_frame cr_code cr_await cr_origin ag_frame ag_code ag_await f_globals f_locals ' +
    'f_builtins f_back f_code f_trace tb_frame tb_next tb_lasti co_code co_consts func_globals func_code func_closure ' +
    'func_defaults func_dict im_func im_self im_class builtins globals os popen system subprocess environ'
  ).split(' '),
);

/** Whether an attribute of this name leads into Python. */
export function isInternal(name: string): boolean {
  return name.startsWith('_') || INTERNALS.has(name);
}
