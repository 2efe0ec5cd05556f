/**
 * Scripts that complete kbroker in a shell: commands, options, the values that an option chooses from, paths, and the
 * names of topics and partitions, which the shell asks `kbroker completion names` for when it needs them.
 */
import type { CompletedCommand, CompletedOption } from '../completion-tree.ts'

export type Shell = 'bash' | 'zsh' | 'fish'

const SCRIPTS: Readonly<Record<Shell, (commands: readonly CompletedCommand[]) => string[]>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

export function completionScript(shell: Shell, commands: readonly CompletedCommand[]): string[] {
  return SCRIPTS[shell](commands)
}

function bashScript(commands: readonly CompletedCommand[]): string[] {
  return [
    '# bash completion for kbroker; load it with: source <(kbroker completion bash)',
    '_kbroker_names() {',
    '  local i dirs',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    if [[ ${COMP_WORDS[i]} == --log-dirs ]]; then',
    '      dirs=${COMP_WORDS[i + 1]}',
    '      [[ $dirs == = ]] && dirs=${COMP_WORDS[i + 2]}',
    '      kbroker completion names --log-dirs "$dirs" 2>/dev/null',
    '      return',
    '    fi',
    '  done',
    '  kbroker completion names 2>/dev/null',
    '}',
    '_kbroker() {',
    '  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}',
    '  local command=${COMP_WORDS[1]} options= values= paths= before=',
    '  COMPREPLY=()',
    '  # --option=value comes as three words',
    '  [[ $previous == = ]] && previous=${COMP_WORDS[COMP_CWORD-2]}',
    '  [[ $current == = ]] && current=',
    '  # of a list its last item',
    '  [[ $previous == -* && $current == *,* ]] && before=${current%,*}, current=${current##*,}',
    '  if ((COMP_CWORD == 1)) || [[ $command == help ]]; then',
    `    COMPREPLY=($(compgen -W ${quoted(words(commands))} -- "$current"))`,
    '    return',
    '  fi',
    '  case $command in',
    ...commands.flatMap(bashCase),
    '    *) return ;;',
    '  esac',
    '  if [[ $values == "<path>" ]]; then',
    '    COMPREPLY=($(compgen -P "$before" -f -- "$current"))',
    '  elif [[ $values == "<text>" ]]; then',
    '    return',
    '  elif [[ -n $values ]]; then',
    '    COMPREPLY=($(compgen -P "$before" -W "$values" -- "$current"))',
    '  elif [[ $current == -* ]]; then',
    '    COMPREPLY=($(compgen -W "$options" -- "$current"))',
    '  elif [[ $paths == "<path>" ]]; then',
    '    COMPREPLY=($(compgen -f -- "$current") $(compgen -W "$(_kbroker_names)" -- "$current"))',
    '  elif [[ -n $paths ]]; then',
    '    COMPREPLY=($(compgen -W "$paths" -- "$current"))',
    '  fi',
    '}',
    'complete -o filenames -F _kbroker kbroker',
  ]
}

/** Sets `options`, what the option before takes as `values`, and what the arguments are as `paths`. */
function bashCase(command: CompletedCommand): string[] {
  const { name, options, takesPaths, choices } = command
  const withValues = options.filter(({ takesValue }) => takesValue)
  return [
    `    ${name})`,
    `      options=${quoted(options.flatMap(({ flags }) => flags).join(' '))}`,
    ...(takesPaths ? ['      paths="<path>"'] : []),
    ...(choices.length > 0 ? [`      paths=${quoted(choices.join(' '))}`] : []),
    '      case $previous in',
    ...withValues.map(
      option => `        ${option.flags.join('|')}) values=${quoted(valuesOf(option))} ;;`,
    ),
    '      esac ;;',
  ]
}

function valuesOf({ choices, takesPath }: CompletedOption): string {
  if (choices.length > 0) return choices.join(' ')
  return takesPath ? '<path>' : '<text>'
}

function zshScript(commands: readonly CompletedCommand[]): string[] {
  return [
    '#compdef kbroker',
    '# zsh completion for kbroker: a file _kbroker in $fpath, or source <(kbroker completion zsh)',
    '_kbroker_names() {',
    '  local -a names dirs',
    '  local i=${words[(I)--log-dirs]}',
    '  (( i > 0 )) && dirs=(--log-dirs ${words[i+1]})',
    '  i=${words[(I)--log-dirs=*]}',
    '  (( i > 0 )) && dirs=(${words[i]})',
    '  names=(${(f)"$(kbroker completion names $dirs 2>/dev/null)"})',
    '  compadd -a names',
    '  _files',
    '}',
    '_kbroker() {',
    '  local -a commands',
    '  if (( CURRENT == 2 )); then',
    '    commands=(',
    ...commands.map(({ name, summary }) => `      ${single(`${name}:${summary}`)}`),
    '    )',
    "    _describe 'command' commands",
    '    return',
    '  fi',
    '  local command=${words[2]}',
    '  shift words',
    '  (( CURRENT-- ))',
    '  case $command in',
    ...commands.flatMap(zshCase),
    '  esac',
    '}',
    'if [[ ${funcstack[1]} == _kbroker ]]; then',
    '  _kbroker "$@"',
    'else',
    '  compdef _kbroker kbroker',
    'fi',
  ]
}

function zshCase({ name, options, takesPaths, choices }: CompletedCommand): string[] {
  const specs = options.flatMap(option =>
    option.flags.map(flag => single(`${flag}[${zshText(option.description)}]${zshValue(option)}`)),
  )
  if (takesPaths) specs.push(single('*:path or topic:_kbroker_names'))
  if (choices.length > 0) specs.push(single(`1:word:(${choices.join(' ')})`))
  return [`    ${name})`, `      _arguments -s ${specs.join(' ')} ;;`]
}

function zshValue({ takesValue, choices, takesPath }: CompletedOption): string {
  if (!takesValue) return ''
  if (choices.length > 0) return `:value:(${choices.join(' ')})`
  return takesPath ? ':path:_files' : ':value: '
}

/** Brackets and colons have a meaning in a specification. */
function zshText(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&').replaceAll('\n', ' ')
}

function fishScript(commands: readonly CompletedCommand[]): string[] {
  return [
    '# fish completion for kbroker; load it with: kbroker completion fish | source',
    'function __kbroker_names',
    '  set -l line (commandline -opc)',
    '  set -l at (contains -i -- --log-dirs $line)',
    "  set -l joined (string match -- '--log-dirs=*' $line)",
    '  if test -n "$joined"',
    '    kbroker completion names $joined[1] 2>/dev/null',
    '  else if test -n "$at"; and test (count $line) -gt $at',
    '    kbroker completion names --log-dirs $line[(math $at + 1)] 2>/dev/null',
    '  else',
    '    kbroker completion names 2>/dev/null',
    '  end',
    'end',
    ...commands.flatMap(fishLines),
  ]
}

function fishLines({ name, summary, options, takesPaths, choices }: CompletedCommand): string[] {
  const seen = `-n ${single(`__fish_seen_subcommand_from ${name}`)}`
  return [
    `complete -c kbroker -f -n __fish_use_subcommand -a ${name} -d ${single(summary)}`,
    ...options.map(
      option =>
        `complete -c kbroker ${seen} ${fishFlags(option)}${fishValue(option)}` +
        ` -d ${single(option.description.replaceAll('\n', ' '))}`,
    ),
    ...(takesPaths ? [`complete -c kbroker ${seen} -F -a '(__kbroker_names)'`] : []),
    ...(choices.length > 0
      ? [`complete -c kbroker ${seen} -f -a ${single(choices.join(' '))}`]
      : []),
  ]
}

function fishFlags({ flags }: CompletedOption): string {
  return flags
    .map(flag => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
    .join(' ')
}

function fishValue({ takesValue, choices, takesPath }: CompletedOption): string {
  if (!takesValue) return ' -f'
  if (choices.length > 0) return ` -x -a ${single(choices.join(' '))}`
  return takesPath ? ' -r -F' : ' -x'
}

function words(commands: readonly CompletedCommand[]): string {
  return [...commands.map(({ name }) => name), 'help', '--help', '--version'].join(' ')
}

function quoted(text: string): string {
  return `"${text.replace(/["\\$`]/g, '\\$&')}"`
}

/** In single quotes nothing has a meaning, for any of the three, but these. */
function single(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
