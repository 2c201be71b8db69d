{{- /* What every pod of the monitor has. Handed a dictionary: root, and of a role `credentials` (the name of its own Secret),
`signs` (whether it has the console's secret), `files` (whether it reads catalogue and organisation), `sends` (whether it
sends messages, and so has the receivers with their secrets), `accounts` and `oidc` (whether people sign in to it). */}}

{{- define "moments.pod.security" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "moments.container.security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "moments.credentials" -}}
{{- .credentials | default .root.Values.kafka.credentials -}}
{{- end }}

{{- define "moments.environment" -}}
{{- $values := .root.Values -}}
- name: MOMENTS_BROKERS
  value: {{ join "," $values.kafka.brokers | quote }}
{{- if ne $values.kafka.protocol "PLAINTEXT" }}
- name: MOMENTS_SECURITY__PROTOCOL
  value: {{ $values.kafka.protocol }}
{{- if hasPrefix "SASL" $values.kafka.protocol }}
- name: MOMENTS_SECURITY__MECHANISM
  value: {{ $values.kafka.mechanism }}
{{- end }}
{{- with $values.kafka.tls }}
{{- if .secret }}
{{- if .ca }}
- name: MOMENTS_SECURITY__CA_FILE
  value: {{ printf "/etc/moments/tls/%s" .ca }}
{{- end }}
{{- if .cert }}
- name: MOMENTS_SECURITY__CERT_FILE
  value: {{ printf "/etc/moments/tls/%s" .cert }}
- name: MOMENTS_SECURITY__KEY_FILE
  value: {{ printf "/etc/moments/tls/%s" .key }}
{{- end }}
{{- end }}
{{- if not .checkHostname }}
- name: MOMENTS_SECURITY__CHECK_HOSTNAME
  value: "false"
{{- end }}
{{- end }}
{{- end }}
{{- if .files }}
{{- $catalogue := $values.catalogue.packs }}
{{- range $name := keys $values.catalogue.files | sortAlpha }}
{{- $catalogue = append $catalogue (printf "/etc/moments/catalogue/%s" $name) }}
{{- end }}
- name: MOMENTS_CATALOGUE
  value: {{ join "," $catalogue | quote }}
{{- if $values.organisation.files }}
{{- $organisation := list }}
{{- range $name := keys $values.organisation.files | sortAlpha }}
{{- $organisation = append $organisation (printf "/etc/moments/people/%s" $name) }}
{{- end }}
- name: MOMENTS_ALERTING__ORGANISATION
  value: {{ join "," $organisation | quote }}
{{- end }}
{{- if and .sends $values.receivers.config }}
- name: MOMENTS_ALERTING__RECEIVERS
  value: /etc/moments/people/receivers.yaml
{{- end }}
{{- with include "moments.consoleUrl" .root }}
- name: MOMENTS_ALERTING__CONSOLE
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- if include "moments.secrets" . }}
- name: MOMENTS_SECRETS_DIR
  value: /run/secrets/moments
{{- end }}
{{- range $name, $value := $values.settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{- /* Secrets as files named like the variables they stand for. */}}
{{- define "moments.secrets" -}}
{{- $values := .root.Values -}}
{{- if hasPrefix "SASL" $values.kafka.protocol }}
- secret:
    name: {{ required "kafka.credentials: SASL needs a Secret with username and password" (include "moments.credentials" .) }}
    items:
      - {key: username, path: MOMENTS_SECURITY__USERNAME}
      - {key: password, path: MOMENTS_SECURITY__PASSWORD}
{{- end }}
{{- if and .signs $values.console.secret }}
- secret:
    name: {{ $values.console.secret }}
    items:
      - {key: secret, path: MOMENTS_CONSOLE__SECRET}
{{- end }}
{{- if and .oidc $values.console.oidc.secret }}
- secret:
    name: {{ $values.console.oidc.secret }}
    items:
      - {key: client_secret, path: MOMENTS_CONSOLE__OIDC__CLIENT_SECRET}
{{- end }}
{{- end }}

{{- define "moments.mounts" -}}
{{- $values := .root.Values -}}
- {name: tmp, mountPath: /tmp}
{{- if include "moments.secrets" . }}
- {name: secrets, mountPath: /run/secrets/moments, readOnly: true}
{{- end }}
{{- if and (ne $values.kafka.protocol "PLAINTEXT") $values.kafka.tls.secret }}
- {name: tls, mountPath: /etc/moments/tls, readOnly: true}
{{- end }}
{{- if .files }}
{{- if $values.catalogue.files }}
- {name: catalogue, mountPath: /etc/moments/catalogue, readOnly: true}
{{- end }}
{{- if or $values.organisation.files $values.receivers.config }}
- {name: people, mountPath: /etc/moments/people, readOnly: true}
{{- end }}
{{- if and .sends $values.receivers.secret }}
- {name: receivers, mountPath: /run/secrets/receivers, readOnly: true}
{{- end }}
{{- end }}
{{- if and .accounts $values.console.accounts }}
- {name: accounts, mountPath: /etc/moments/accounts, readOnly: true}
{{- end }}
{{- end }}

{{- define "moments.volumes" -}}
{{- $values := .root.Values -}}
{{- $name := include "moments.fullname" .root -}}
- name: tmp
  emptyDir: {medium: Memory, sizeLimit: 64Mi}
{{- with include "moments.secrets" . }}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- . | trim | nindent 6 }}
{{- end }}
{{- if and (ne $values.kafka.protocol "PLAINTEXT") $values.kafka.tls.secret }}
- name: tls
  secret: {secretName: {{ $values.kafka.tls.secret }}, defaultMode: 0440}
{{- end }}
{{- if .files }}
{{- if $values.catalogue.files }}
- name: catalogue
  configMap: {name: {{ $name }}-catalogue}
{{- end }}
{{- if or $values.organisation.files $values.receivers.config }}
- name: people
  configMap: {name: {{ $name }}-people}
{{- end }}
{{- if and .sends $values.receivers.secret }}
- name: receivers
  secret: {secretName: {{ $values.receivers.secret }}, defaultMode: 0440}
{{- end }}
{{- end }}
{{- if and .accounts $values.console.accounts }}
- name: accounts
  secret: {secretName: {{ $values.console.accounts }}, defaultMode: 0440}
{{- end }}
{{- end }}

{{- /* Where pods may be put: apart from their own kind, if it can be had. Handed root and component. */}}
{{- define "moments.placement" -}}
{{- $values := .root.Values -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "moments.selector" .root | nindent 8 }}
        app.kubernetes.io/component: {{ .component }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}
