/** Chat templates in the manner of those that models are published with: what they use, written anew. */
export const BENIGN_TEMPLATES: Readonly<Record<string, string>> = {
  'plain loop': `{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}`,
  'alternating roles': `{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'].strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token }}{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}`,
  'dates and tools': `{{- bos_token }}
{%- if custom_tools is defined %}{%- set tools = custom_tools %}{%- endif %}
{%- if not date_string is defined %}{%- if strftime_now is defined %}{%- set date_string = strftime_now("%d %b %Y") %}{%- else %}{%- set date_string = "26 Jul 2024" %}{%- endif %}{%- endif %}
{%- if messages[0]['role'] == 'system' %}{%- set system_message = messages[0]['content']|trim %}{%- set messages = messages[1:] %}{%- else %}{%- set system_message = "" %}{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if tools is not none %}{{- "Environment: ipython\\n" }}{%- for t in tools %}{{- t | tojson(indent=4) }}{{- "\\n\\n" }}{%- endfor %}{%- endif %}
{%- if builtin_tools is defined %}{{- "Tools: " + builtin_tools | reject('equalto', 'code_interpreter') | join(", ") + "\\n\\n" }}{%- endif %}
{%- for message in messages %}
  {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}
  {%- elif 'tool_calls' in message %}
    {%- if not message.tool_calls|length == 1 %}{{- raise_exception("This model only supports single tool-calls at once!") }}{%- endif %}
    {%- set tool_call = message.tool_calls[0].function %}
    {{- tool_call.name + "(" }}{%- for arg_name, arg_val in tool_call.arguments | items %}{{- arg_name + '="' + arg_val + '"' }}{%- if not loop.last %}{{- ", " }}{%- endif %}{%- endfor %}{{- ")" }}
  {%- elif message.content is mapping or message.content is iterable %}{{- message.content | tojson }}{%- else %}{{- message.content }}{%- endif %}
{%- endfor %}`,
  'reasoning with a namespace': `{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}{%- set index = (messages|length - 1) - loop.index0 %}{%- if ns.multi_step_tool and message.role == "user" and message.content is string and not (message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}{%- set ns.multi_step_tool = false %}{%- set ns.last_query_index = index %}{%- endif %}{%- endfor %}
{%- for message in messages %}{%- if message.content is string %}{%- set content = message.content %}{%- else %}{%- set content = '' %}{%- endif %}
{%- if '</think>' in content %}{%- set reasoning_content = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}{%- set content = content.split('</think>')[-1].lstrip('\\n') %}{%- endif %}
{%- if loop.last or (not loop.last and reasoning_content) %}{{- '<think>\\n' + reasoning_content.strip('\\n') + '\\n</think>\\n\\n' + content }}{%- else %}{{- content }}{%- endif %}
{%- if loop.first or (messages[loop.index0 - 1].role != "tool") %}{{- '<|im_start|>user' }}{%- endif %}{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}{%- endif %}`,
  'macros over schemas': `{%- macro render_type(spec, required, is_nullable=false) -%}
{%- if spec.type == "array" -%}{%- if spec['items'] -%}{{- render_type(spec['items'], required) + "[]" -}}{%- else -%}any[]{%- endif -%}
{%- elif spec.type is defined and spec.type is iterable and spec.type is not string and spec.type is not mapping and spec.type[0] is defined -%}{{- spec.type | join(" | ") -}}
{%- elif spec.oneOf -%}{%- for variant in spec.oneOf -%}{{- render_type(variant, required) -}}{%- if variant.description %}{{- "// " + variant.description }}{%- endif -%}{%- if not loop.last %}{{- " | " }}{%- endif -%}{%- endfor -%}
{%- elif spec.enum -%}{{- '"' + spec.enum|join('" | "') + '"' -}}{%- else -%}{{- spec.type or "any" -}}{%- endif -%}
{%- endmacro -%}
{%- for name, spec in tools[0].parameters.properties.items() %}{{- name + (("?") if name not in (required or []) else "") + ": " + render_type(spec, required) + ("," if not loop.last else "") }}{%- endfor %}
{%- if default is defined %}{{- "default: " ~ (spec.default|tojson) }}{%- endif %}`,
  'selected messages': `{%- set user_messages = messages | selectattr("role", "equalto", "user") | list %}{%- set loop_messages = messages if messages[0].role != 'system' else messages[1:] %}{%- for message in loop_messages | rejectattr('hidden') %}{%- if message.role not in ['user', 'assistant', 'tool'] %}{{- raise_exception("Unexpected role: " ~ message.role) }}{%- endif %}{%- for item in message.content | default([]) %}{%- if item.type == 'image' or 'image' in item or 'image_url' in item %}{{ '<image>' }}{%- elif item.type == 'text' %}{{ item.text | replace('\\r', '') | trim }}{%- endif %}{%- endfor %}{%- endfor %}{{ user_messages | map(attribute='content') | join('\\n') }}{{ documents | map(attribute='title') | unique | sort | first | upper }}`,
  'training marks and breaks': `{%- for message in messages %}{%- if message.role == 'assistant' %}{% generation %}{{ message.content }}{% endgeneration %}{%- else %}{{ message.content }}{%- endif %}{%- if loop.index > 10 %}{% break %}{%- endif %}{%- if message.skip %}{% continue %}{%- endif %}{%- endfor %}`,
  'call blocks and scopes': `{%- macro wrap(tag) %}{{ '<' ~ tag ~ '>' }}{{ caller() }}{{ '</' ~ tag ~ '>' }}{%- endmacro %}{% call wrap('system') %}{{ system | e }}{% endcall %}{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{% set body | trim %} text {% endset %}{% filter upper %}{{ body }}{% endfilter %}{# a comment with __class__ #}{% raw %}{{ __class__ }}{% endraw %}`,
  'formats and keys': `{{ '%s: %d' | format(name, count) }}{{ "{}: {}".format(name, count) }}{{ '_'.join(parts) }}{{ parts | join('_') }}{{ message['tool_' ~ kind] }}{{ message[role ~ '_name'] }}{{ message[key] }}{{ x.get('arguments', {}) }}{{ 'a' * 3 }}{{ range(3) | list }}{{ dict(a=1)['a'] }}{% set _ = parts.append('x') %}{{ '=' * 40 }}`,
  'recursive loop': `{% for node in tree recursive %}{{ node.name }}{% if node.children %}{{ loop(node.children) }}{% endif %}{% endfor %}`,
  'text about Python': `{{ "Write code that ends in if __name__ == '__main__': main()" }} Use obj.__class__ if you must. {{ tools | tojson(ensure_ascii=False) }}`,
};
