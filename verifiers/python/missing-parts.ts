import type { ServerGreeting } from './fork-server.ts'

/** What to do about a part that is missing. */
const remedies: { readonly [part: string]: string } = {
  'user namespace':
    'allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces > 0, ' +
    'kernel.apparmor_restrict_unprivileged_userns=0; in a container a seccomp profile that allows unshare)',
  'mount namespace': 'allow user namespaces with mounts (AppArmor or seccomp forbids them here)',
  'read-only root':
    'allow mount and pivot_root inside user namespaces (AppArmor or seccomp forbids them here)',
  'unprivileged user': 'let the process change its user, or do not run it as root',
}

/** A sentence that says which parts are missing and what to do, or undefined when none is. */
export function whatIsMissing(greeting: ServerGreeting): string | undefined {
  const missing = Object.entries(greeting.report).filter(([, reason]) => reason !== null)
  const first = missing[0]
  if (first === undefined) return undefined
  const remedy = remedies[first[0]]
  const list = missing.map(([part, reason]) => `${part} (${reason})`).join(', ')
  return (
    `Python candidates cannot be isolated here; missing: ${list}. ` +
    (remedy === undefined ? '' : `To fix it: ${remedy}. `) +
    "Or accept what works with the verifier option isolation: 'weak'."
  )
}
