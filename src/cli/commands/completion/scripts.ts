// The completion script of each shell. It asks relay-phone for the candidates, so it fits every version of relay-phone.

import type { SHELLS } from './command.js';
import { FILES } from './complete.js';

/** The name of a shell. */
export type Shell = (typeof SHELLS)[number];

/** The scripts. Each runs the relay-phone on the `PATH`, never the path that was typed: that file may be anybody's. */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# relay-phone completion for bash. In ~/.bashrc: eval "$(relay-phone completion bash)"
_relay_phone() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ${FILES} ]]; then
      compopt -o default 2>/dev/null
      return
    fi
    COMPREPLY+=("\${line%% *}")
  done < <(command relay-phone completion bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _relay_phone relay-phone
`,
  zsh: `#compdef relay-phone
# relay-phone completion for zsh. In a folder of $fpath, as _relay-phone; or in ~/.zshrc, after compinit:
#   eval "$(relay-phone completion zsh)"
_relay_phone() {
  local line
  local -a candidates
  for line in "\${(@f)$(command relay-phone completion zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == ${FILES} ]]; then
      _files
      return
    fi
    [[ -n $line ]] && candidates+=("\${line%% *}:\${line#* }")
  done
  _describe 'relay-phone' candidates
}
if [[ $funcstack[1] == _relay-phone ]]; then
  _relay_phone "$@"
else
  compdef _relay_phone relay-phone
fi
`,
  fish: `# relay-phone completion for fish. In ~/.config/fish/completions/relay-phone.fish
function __relay_phone_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in (command relay-phone completion fish -- $words[2..-1] 2>/dev/null)
        if test "$line" = ${FILES}
            __fish_complete_path (commandline -ct)
            return
        end
        string replace ' ' \\t -- $line
    end
end
complete -c relay-phone -f -a '(__relay_phone_complete)'
`,
  powershell: `# relay-phone completion for PowerShell. In $PROFILE:
#   relay-phone completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName relay-phone -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text })
    if ($wordToComplete -eq '') { $words += '""' }
    # npm's own script for Windows gets no -- without quotation marks: PowerShell takes it for itself.
    relay-phone completion powershell '--' @words 2>$null | Where-Object { $_ -ne '${FILES}' } | ForEach-Object {
        $candidate, $description = $_ -split ' ', 2
        [System.Management.Automation.CompletionResult]::new($candidate, $candidate, 'ParameterValue', $description)
    }
}
`,
};
