using System.Text;
using Adit.Cli.Manual;
using Adit.Cli.Ssh;

namespace Adit.Cli.Completion;

/// <summary>The script for zsh: specifications for its own <c>_arguments</c>.</summary>
internal static class ZshScript
{
    private const string Fixed = """
        #compdef adit
        # What adit's command line may go on with; 'adit completion zsh' writes it.

        __adit_hosts() {
            if compset -P '*@'; then
                _alternative 'config:host:_ssh_hosts' 'hosts:host:_hosts'
            else
                _alternative 'config:host:_ssh_hosts' 'hosts:host:_hosts' 'users:user:_users -qS@'
            fi
        }

        __adit_jumps() {
            compset -P '*,'
            __adit_hosts
        }

        __adit_interfaces() {
            local -a all
            all=(/sys/class/net/*(N:t))
            compadd -a all
        }

        # What stands before the last comma stays.
        __adit_list() {
            [[ $PREFIX == *,* ]] || compset -P '[-+^]'
            compset -P '*,'
            compadd -qS, - "$@"
        }

        __adit_starts() {
            compadd -qS '' - "$@"
        }

        _adit() {
            local curcontext=$curcontext state line
            typeset -A opt_args
            local -a verbs
            _adit_verbs
            _arguments -C -s -S "${specs[@]}" ':command:->verb' '*::argument:->rest' && return
            case $state in
                verb) _describe -t commands command verbs ;;
                rest)
                    curcontext=${curcontext%:*:*}:adit-$words[1]:
                    _adit_rest
                    ;;
            esac
        }

        """;

    /// <summary>Writes it.</summary>
    public static string Write(IReadOnlyList<CommandPage> pages)
    {
        var text = new StringBuilder(Fixed);
        text.Append("\n_adit_verbs() {\n    verbs=(\n");
        foreach (CommandPage page in pages.Skip(1)) text.Append("        ").Append(ShellWords.Quote($"{page.Verb}:{ShellWords.Brief(page.Purpose)}")).Append('\n');
        text.Append("    )\n    specs=(\n");
        Specifications(text, pages[0], "        ");
        text.Append("    )\n}\n\n_adit_rest() {\n    local -a specs\n    case $words[1] in\n");
        foreach (CommandPage page in pages.Skip(1))
        {
            text.Append($"        {page.Verb})\n            specs=(\n");
            Specifications(text, page, "                ");
            for (int i = 0; i < page.Arguments.Count; i++)
            {
                CommandArgument argument = page.Arguments[i];
                string place = argument.Value.Kind == ValueKind.Command ? "*::" : argument.Repeats ? "*:" : $"{i + 1}:";
                text.Append("                ").Append(ShellWords.Quote($"{place}{Escape(argument.Name)}:{Offer(argument.Value)}")).Append('\n');
            }

            text.Append("            )\n            ;;\n");
        }

        text.Append("        *) return 1 ;;\n    esac\n    _arguments -s -S \"${specs[@]}\"\n}\n");
        text.Append("\n# Keywords of ssh_config(5) and their values.\n__adit_keyword() {\n    local key\n    if ! compset -P '*='; then\n        compadd -M 'm:{a-zA-Z}={A-Za-z}' -qS= - ");
        text.AppendJoin(' ', SshKeywords.All.Select(k => k.Name)).Append("\n        return\n    fi\n    key=${${IPREFIX%=}#-o}\n    case ${(L)key} in\n");
        foreach (IGrouping<string, string> keys in SshKeywords.All.Where(k => k.Value.Kind != ValueKind.Text).GroupBy(k => Offer(k.Value, called: true), k => k.Name.ToLowerInvariant()))
            text.Append("        ").AppendJoin(" | ", keys).Append($") {keys.Key} ;;\n");
        return text.Append("    esac\n}\n\nif [[ $funcstack[1] == _adit ]]; then\n    _adit \"$@\"\nelse\n    compdef _adit adit\nfi\n").ToString();
    }

    private static void Specifications(StringBuilder text, CommandPage page, string indent)
    {
        foreach (CommandOption option in ShellWords.Offered(page))
        {
            string[] names = [.. option.Names.Where(n => n != "-?")];
            foreach (string name in names)
            {
                // "+": the value is glued or apart; "=": after an equals sign or apart.
                string value = !option.TakesValue ? "" : $"{(name.Length == 2 ? "+" : "=")}";
                string after = !option.TakesValue ? "" : $":{Escape(option.Placeholder!)}:{Offer(option.Value)}";
                string before = option.Repeats ? "*" : names.Length > 1 ? $"({string.Join(' ', names)})" : "";
                text.Append(indent).Append(ShellWords.Quote($"{before}{name}{value}[{Escape(ShellWords.Brief(option.Description))}]{after}")).Append('\n');
            }
        }
    }

    private static string Offer(ValueForm value, bool called = false) => value.Kind switch
    {
        ValueKind.Text => "",
        ValueKind.File => "_files",
        ValueKind.Folder => "_files -/",
        ValueKind.Command => "_normal",
        ValueKind.User => "_users",
        ValueKind.Host => "__adit_hosts",
        ValueKind.Hosts => "__adit_jumps",
        ValueKind.Interface => "__adit_interfaces",
        ValueKind.List => $"{(called ? "" : " ")}__adit_list {string.Join(' ', value.Words)}",
        ValueKind.Keyword => "__adit_keyword",
        ValueKind.Start => $"{(called ? "" : " ")}__adit_starts {string.Join(' ', value.Words.Select(w => called ? w : Escape(w)))}",
        _ => called ? $"compadd - {string.Join(' ', value.Words)}" : $"({string.Join(' ', value.Words)})",
    };

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal);
}
