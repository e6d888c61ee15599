# Completion of waymark for bash. The commands and their options are asked of the program itself.
_waymark() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local program=${COMP_WORDS[0]} command=${COMP_WORDS[1]-} word
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    word=$("$program" --help 2>/dev/null |
      sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p')
    mapfile -t COMPREPLY < <(compgen -W "$word --help --version" -- "$current")
    return
  fi
  case $previous in
    --on-error) mapfile -t COMPREPLY < <(compgen -W "stop skip" -- "$current") && return ;;
    --store) mapfile -t COMPREPLY < <(compgen -W "sqlite: postgresql://" -- "$current") && return ;;
  esac
  if [[ $current == -* ]]; then
    word=$("$program" "$command" --help 2>/dev/null | grep -o -e '--[a-z][a-z-]*' | sort -u)
    mapfile -t COMPREPLY < <(compgen -W "$word" -- "$current")
    return
  fi
  case $command in
    dead-letters) word="list show retry discard export" ;;
    checkpoint) word="show set" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$word" -- "$current")
  compopt -o default 2>/dev/null
}
complete -F _waymark waymark
