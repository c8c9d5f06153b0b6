using System.Text;
using Adit.Cli.Manual;
using Adit.Cli.Ssh;

namespace Adit.Cli.Completion;

/// <summary>
/// The script for bash. It puts the words together that bash cuts at <c>= : @</c>, walks them by the rules of getopt, and offers what may stand where the
/// cursor is. Words from files are compared, never expanded.
/// </summary>
internal static class BashScript
{
    private const string Fixed = """
        # What adit's command line may go on with; 'adit completion bash' writes it.

        # Offers those of its arguments that begin like the word.
        _adit_words() {
            local word
            for word; do
                [[ ${word,,} == "${cur,,}"* ]] && COMPREPLY+=("$word")
            done
        }

        _adit_files() {
            local file
            compopt -o filenames 2>/dev/null
            while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen "$1" -- "$cur")
        }

        # What stands before the last comma stays.
        _adit_last() {
            local lead
            [[ $cur == *,* ]] || return
            lead=${cur%,*},
            head+=$lead
            cur=${cur#"$lead"}
        }

        _adit_list() {
            if [[ $cur == [-+^]* && $cur != *,* ]]; then
                head+=${cur:0:1}
                cur=${cur:1}
            fi
            _adit_last
            _adit_words "$@"
        }

        _adit_interfaces() {
            local -a all=(/sys/class/net/*)
            _adit_words "${all[@]##*/}"
        }

        # The names of Host lines, and of the files that are included.
        _adit_config() {
            local key rest word file
            local -a names
            [[ -r $1 ]] && (($2 < 8)) || return
            while IFS=$' \t=' read -r key rest || [[ -n $key ]]; do
                rest=${rest%%#*}
                case ${key,,} in
                    host)
                        read -ra names <<<"${rest//[\"=]/ }"
                        for word in "${names[@]}"; do
                            [[ $word == *[*?!%]* ]] || hosts+=("$word")
                        done
                        ;;
                    include)
                        read -ra names <<<"${rest//[\"=]/ }"
                        for word in "${names[@]}"; do
                            [[ $word == '~/'* ]] && word=$HOME/${word:2}
                            [[ $word == /* ]] || word=${1%/*}/$word
                            while IFS= read -r file; do _adit_config "$file" $(($2 + 1)); done < <(compgen -G "$word")
                        done
                        ;;
                esac
            done <"$1"
        }

        # The names of known_hosts that are not hashed.
        _adit_known() {
            local names rest word
            local -a all
            [[ -r $1 ]] || return
            while read -r names rest; do
                [[ $names == @* ]] && read -r names rest <<<"$rest"
                [[ $names == '' || $names == [\#\|]* ]] && continue
                IFS=, read -ra all <<<"$names"
                for word in "${all[@]}"; do
                    [[ $word == \[*\]* ]] && word=${word#\[} && word=${word%%\]*}
                    [[ $word == *[*?!]* ]] || hosts+=("$word")
                done
            done <"$1"
        }

        _adit_hosts() {
            local -a hosts=()
            local -A seen=()
            local word lead
            if [[ $cur == *@* ]]; then
                lead=${cur%"${cur##*@}"}
                head+=$lead
                cur=${cur#"$lead"}
            fi
            if [[ -n $config ]]; then
                [[ $config == '~/'* ]] && config=$HOME/${config:2}
                _adit_config "$config" 0
            else
                _adit_config ~/.ssh/config 0
                _adit_config /etc/ssh/ssh_config 0
            fi
            _adit_known ~/.ssh/known_hosts
            _adit_known ~/.ssh/known_hosts2
            _adit_known /etc/ssh/ssh_known_hosts
            for word in "${hosts[@]}"; do
                [[ -n ${seen[$word]} ]] || _adit_words "$word"
                seen[$word]=1
            done
        }

        _adit() {
            local cur head='' prefix verb='' pending='' ended='' config='' piece blank word i k
            local line=${COMP_LINE:0:COMP_POINT}
            local -a words=() places=()
            COMPREPLY=()
            # bash cuts words at = : @ too.
            for ((i = 0; i <= COMP_CWORD; i++)); do
                piece=${COMP_WORDS[i]}
                blank=${line%%[![:space:]]*}
                line=${line#"$blank"}
                ((i == COMP_CWORD)) && piece=$line
                if [[ -z $blank ]] && ((i > 0)); then words[-1]+=$piece; else words+=("$piece"); fi
                line=${line#"$piece"}
            done
            cur=${words[-1]}
            [[ $piece == *[!=:@]* ]] || piece=''
            prefix=${cur%"$piece"}

            for ((i = 1; i < ${#words[@]} - 1; i++)); do
                word=${words[i]}
                if [[ -n $pending ]]; then
                    [[ $verb$pending == ssh-F ]] && config=$word
                    pending=''
                elif [[ -z $ended && $word == -- ]]; then
                    ended=1
                elif [[ -z $ended && $word == --* ]]; then
                    _adit_takes "$verb:$word" && pending=$word
                elif [[ -z $ended && $word == -?* ]]; then
                    for ((k = 1; k < ${#word}; k++)); do
                        if _adit_takes "$verb:-${word:k:1}"; then
                            ((k + 1 == ${#word})) && pending=-${word:k:1}
                            [[ $verb${word:k:1} == sshF ]] && config=${word:k+1}
                            break
                        fi
                    done
                elif [[ -z $verb ]]; then
                    verb=$word
                else
                    places+=("$word")
                    [[ $verb == ssh ]] && ((${#places[@]} > 1)) && ended=1
                fi
            done

            if [[ -n $pending ]]; then
                _adit_value "$verb:$pending"
            elif [[ -z $ended && $cur == --*=* ]]; then
                head=${cur%%=*}=
                cur=${cur#*=}
                _adit_value "$verb:${head%=}"
            elif [[ -z $ended && $cur == -* ]]; then
                for ((k = 1; k + 1 < ${#cur}; k++)); do
                    if [[ $cur != --* ]] && _adit_takes "$verb:-${cur:k:1}"; then
                        head=${cur:0:k+1}
                        word=-${cur:k:1}
                        cur=${cur:k+1}
                        _adit_value "$verb:$word"
                        break
                    fi
                done
                [[ -n $head ]] || _adit_options
            elif [[ -z $verb ]]; then
                _adit_verbs
            else
                _adit_place "$verb:${#places[@]}"
            fi

            for i in "${!COMPREPLY[@]}"; do
                word=$head${COMPREPLY[i]}
                [[ $word == *[=/] ]] && compopt -o nospace 2>/dev/null
                COMPREPLY[i]=${word#"$prefix"}
            done
        }

        complete -F _adit adit

        """;

    /// <summary>Writes it.</summary>
    public static string Write(IReadOnlyList<CommandPage> pages)
    {
        var text = new StringBuilder(Fixed);
        text.Append("\n_adit_verbs() {\n    _adit_words ").Append(ShellWords.Quote(pages.Skip(1).Select(p => p.Verb))).Append("\n}\n");
        string[] valued = [.. pages.SelectMany(p => p.Options.Where(o => o.TakesValue).SelectMany(o => o.Names.Select(n => $"{p.Verb}:{n}")))];
        text.Append("\n# Whether a value follows an option.\n_adit_takes() {\n    case $1 in\n        ").AppendJoin(" | ", valued).Append(") ;;\n        *) return 1 ;;\n    esac\n}\n");
        text.Append("\n_adit_options() {\n    case $verb in\n");
        foreach (CommandPage page in pages)
            text.Append(Case(page.Verb.Length == 0 ? "''" : page.Verb, "_adit_words " + ShellWords.Quote(ShellWords.Offered(page).SelectMany(o => o.Names).Where(n => n != "-?"))));
        text.Append("    esac\n}\n\n# What may stand as an option's value.\n_adit_value() {\n    case $1 in\n");
        foreach (CommandPage page in pages)
        {
            foreach (CommandOption option in ShellWords.Offered(page).Where(o => o.TakesValue && o.Value.Kind != ValueKind.Text))
                text.Append(Case(string.Join(" | ", option.Names.Select(n => $"{page.Verb}:{n}")), Offer(option.Value)));
        }

        text.Append("    esac\n}\n\n# What may stand where no option does: the verb, and how many words stand before.\n_adit_place() {\n    case $1 in\n");
        foreach (CommandPage page in pages)
        {
            for (int i = 0; i < page.Arguments.Count; i++)
            {
                if (page.Arguments[i].Value.Kind == ValueKind.Text) continue;
                text.Append(Case($"{page.Verb}:{(page.Arguments[i].Repeats ? "*" : i)}", Offer(page.Arguments[i].Value)));
            }
        }

        text.Append("    esac\n}\n\n# Keywords of ssh_config(5) and their values.\n_adit_keyword() {\n    local key\n    if [[ $cur != *=* ]]; then\n        _adit_words ");
        text.Append(string.Join(' ', SshKeywords.All.Select(k => k.Name + "="))).Append("\n        return\n    fi\n    key=${cur%%=*}\n    head+=$key=\n    cur=${cur#*=}\n    case ${key,,} in\n");
        foreach (IGrouping<string, string> keys in SshKeywords.All.Where(k => k.Value.Kind != ValueKind.Text).GroupBy(k => Offer(k.Value), k => k.Name.ToLowerInvariant()))
            text.Append(Case(string.Join(" | ", keys), keys.Key));
        return text.Append("    esac\n}\n").ToString();
    }

    private static string Case(string pattern, string action) => $"        {pattern}) {action} ;;\n";

    private static string Offer(ValueForm value) => value.Kind switch
    {
        ValueKind.File => "_adit_files -f",
        ValueKind.Folder => "_adit_files -d",
        ValueKind.Command => "_adit_files -c",
        ValueKind.User => "_adit_files -u",
        ValueKind.Host => "_adit_hosts",
        ValueKind.Hosts => "_adit_last; _adit_hosts",
        ValueKind.Interface => "_adit_interfaces",
        ValueKind.List => "_adit_list " + ShellWords.Quote(value.Words),
        ValueKind.Keyword => "_adit_keyword",
        _ => "_adit_words " + ShellWords.Quote(value.Words),
    };
}
