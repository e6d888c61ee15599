# Completion of waymark for bash. The commands and their options are asked of the program itself,
# and so are the projections that the configuration has, waymark.json or the one named before.
_waymark() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local program=${COMP_WORDS[0]} command=${COMP_WORDS[1]-} word=
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    word=$("$program" --help 2>/dev/null |
      sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p')
    mapfile -t COMPREPLY < <(compgen -W "$word --help --version" -- "$current")
    return
  fi
  # --store=VALUE is three words here: bash parts them at the =.
  if [[ $current == = ]]; then
    current="" previous=${COMP_WORDS[COMP_CWORD - 1]}
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case $previous in
    --on-error) mapfile -t COMPREPLY < <(compgen -W "stop skip" -- "$current") && return ;;
    --store) mapfile -t COMPREPLY < <(compgen -W "sqlite: postgresql://" -- "$current") && return ;;
    --projection) _waymark_offer < <(_waymark_names) && return ;;
  esac
  if [[ $current == -* ]]; then
    # What stands below Options; the text and the examples behind it may name those of others.
    word=$("$program" "$command" --help 2>/dev/null |
      sed -n '/^Options:/,/^$/s/^ *\(-[a-zA-Z],\)\{0,1\}\(--[a-z][a-z-]*\).*/\2/p')
    mapfile -t COMPREPLY < <(compgen -W "$word" -- "$current")
    return
  fi
  case $command in
    dead-letters) word="list show retry discard export" ;;
    checkpoint) word="show set" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$word" -- "$current")
  case $command in
    checkpoint | status | pause | resume | take-over | discard | reset | rebuild | explain)
      _waymark_offer < <(_waymark_names) ;;
  esac
  compopt -o default 2>/dev/null
}
# Adds the lines that begin as the current word does, each as one word of the shell.
_waymark_offer() {
  local line begun=
  begun=$(_waymark_plain "$current")
  while IFS= read -r line; do
    [[ $line == "$begun"* ]] || continue
    [[ $current == [\"\']* ]] || line=$(printf %q "$line")
    COMPREPLY+=("$line")
  done
}
# A word without the quotes of the shell.
_waymark_plain() {
  local word=${1//\\/}
  word=${word#[\"\']}
  printf %s "${word%[\"\']}"
}
_waymark_names() {
  local file=waymark.json word
  for word in "${COMP_WORDS[@]:2}"; do
    word=$(_waymark_plain "$word")
    [[ $word == *.json ]] && file=${word/#~\//$HOME/}
  done
  "$program" check "$file" --names 2>/dev/null
}
complete -F _waymark waymark
