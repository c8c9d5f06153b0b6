using System.Text;
using Adit.Cli.Manual;
using Adit.Cli.Ssh;

namespace Adit.Cli.Completion;

/// <summary>The script for fish: a <c>complete</c> line for each verb, option and argument.</summary>
internal static class FishScript
{
    private const string Fixed = """
        # What adit's command line may go on with; 'adit completion fish' writes it.

        # Prints the verb, a blank line for none, and how many words that are no options follow it.
        function __adit_walk
            set -l verb ''
            set -l places 0
            set -l pending 0
            set -l ended 0
            for word in (commandline -opc)[2..-1]
                if test $pending = 1
                    set pending 0
                else if test $ended = 0 -a "x$word" = x--
                    set ended 1
                else if test $ended = 0; and string match -q -- '--*' $word
                    __adit_takes "$verb:$word"; and set pending 1
                else if test $ended = 0; and string match -q -- '-?*' $word
                    set -l letters (string split '' -- $word)[2..-1]
                    for i in (seq (count $letters))
                        if __adit_takes "$verb:-$letters[$i]"
                            test $i = (count $letters); and set pending 1
                            break
                        end
                    end
                else if test -z "$verb"
                    set verb $word
                else
                    set places (math $places + 1)
                    test "$verb" = ssh -a $places -gt 1; and set ended 1
                end
            end
            echo $verb
            echo $places
            echo $ended
        end

        # Whether the verb is this, and as many words follow it.
        function __adit_at
            set -l now (__adit_walk)
            test "$now[1]" = "$argv[1]"; or return
            test (count $argv) -lt 2; and return 0
            test $now[2] -ge $argv[2] -a $now[2] -le $argv[3]
        end

        # Whether the verb is this and options may stand.
        function __adit_options
            set -l now (__adit_walk)
            test "$now[1]" = "$argv[1]" -a $now[3] = 0
        end

        # What stands before the last comma stays.
        function __adit_list
            set -l lead (string replace -r '[^,]*$' '' -- (commandline -ct))
            string match -q -- '*,*' "$lead"; or set lead (string match -r '^[+^]' -- (commandline -ct))
            printf '%s\n' "$lead"$argv
        end

        function __adit_hosts
            __fish_complete_user_at_hosts
            __fish_print_hostnames
        end

        function __adit_interfaces
            string replace /sys/class/net/ '' /sys/class/net/*
        end

        complete -c adit -f

        """;

    /// <summary>Writes it.</summary>
    public static string Write(IReadOnlyList<CommandPage> pages)
    {
        var text = new StringBuilder(Fixed);
        string[] valued = [.. pages.SelectMany(p => p.Options.Where(o => o.TakesValue).SelectMany(o => o.Names.Select(n => $"{p.Verb}:{n}")))];
        text.Append("\n# Whether a value follows an option.\nfunction __adit_takes\n    contains -- $argv[1] ").Append(ShellWords.Quote(valued)).Append("\nend\n");
        text.Append("\n# Keywords of ssh_config(5) and their values.\nfunction __adit_keywords\n    printf '%s\\n'");
        foreach ((string name, ValueForm value) in SshKeywords.All)
            text.Append(' ').Append(value.Kind is ValueKind.Choice or ValueKind.List ? ShellWords.Quote(value.Words.Select(w => $"{name}={w}")) : $"{name}=");
        text.Append("\nend\n\n");
        foreach (CommandPage page in pages.Skip(1))
            text.Append($"complete -c adit -n '__adit_at \"\"' -a {page.Verb} -d {Quote(ShellWords.Brief(page.Purpose))}\n");
        foreach (CommandPage page in pages)
        {
            text.Append('\n');
            foreach (CommandOption option in ShellWords.Offered(page))
                text.Append($"complete -c adit -n '__adit_options \"{page.Verb}\"'{Names(option)}{(option.TakesValue ? " -r" + Offer(option.Value) : "")} -d {Quote(ShellWords.Brief(option.Description))}\n");
            for (int i = 0; i < page.Arguments.Count; i++)
            {
                CommandArgument argument = page.Arguments[i];
                if (argument.Value.Kind == ValueKind.Text) continue;
                text.Append($"complete -c adit -n '__adit_at {page.Verb} {i} {(argument.Repeats ? 9999 : i)}'{Offer(argument.Value)}\n");
            }
        }

        return text.ToString();
    }

    private static string Names(CommandOption option) =>
        string.Concat(option.Names.Where(n => n != "-?").Select(n => n.StartsWith("--", StringComparison.Ordinal) ? $" -l {n[2..]}" : $" -s {n[1..]}"));

    private static string Offer(ValueForm value) => value.Kind switch
    {
        ValueKind.Text => " -f",
        ValueKind.File => " -F",
        ValueKind.Folder => " -f -a '(__fish_complete_directories)'",
        ValueKind.Command => " -a '(__fish_complete_command)' -F",
        ValueKind.User => " -f -a '(__fish_complete_users)'",
        ValueKind.Host => " -f -a '(__adit_hosts)'",
        ValueKind.Hosts => " -f -a '(__adit_list (__fish_print_hostnames))'",
        ValueKind.Interface => " -f -a '(__adit_interfaces)'",
        ValueKind.List => $" -f -a '(__adit_list {string.Join(' ', value.Words)})'",
        ValueKind.Keyword => " -f -a '(__adit_keywords)'",
        _ => $" -f -a '{string.Join(' ', value.Words)}'",
    };

    // fish knows \' within ', and no other escape but \\.
    private static string Quote(string text) => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
