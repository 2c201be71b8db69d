{{- define "moments.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{- /* The stem of every object's name. */}}
{{- define "moments.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "moments.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "moments.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "moments.selector" -}}
app.kubernetes.io/name: {{ include "moments.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "moments.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "moments.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "moments.image" -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end }}

{{- define "moments.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "moments.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end }}

{{- /* The console's address for people; empty if nobody has said it. */}}
{{- define "moments.consoleUrl" -}}
{{- if .Values.console.url -}}
{{- .Values.console.url -}}
{{- else if and .Values.console.enabled .Values.console.ingress.enabled -}}
{{- printf "%s://%s" (ternary "https" "http" (not (empty .Values.console.ingress.tlsSecret))) .Values.console.ingress.host -}}
{{- end -}}
{{- end }}
